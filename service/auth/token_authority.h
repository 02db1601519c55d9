#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "service/core/identity.h"
#include "service/core/store.h"
#include "service/core/time.h"

namespace berth::auth {

/// Who may come in: bearer tokens, of which only hashes are stored, and local users by what the
/// kernel says of them. Core loop.
class TokenAuthority final : public core::Authenticator {
 public:
  struct Settings {
    std::string data_dir;  ///< holds admin.token (0600) and client.token (0640)
    bool system = false;   ///< a system instance also lets members of `client_group` in
    std::string client_group = "berth";
  };

  TokenAuthority(Settings settings, core::ChangeLog& log, const core::Clock& clock);

  /// Takes over the stored hashes and makes every token whose file is missing or no longer matches
  /// a stored hash; its hash is durable before its file is written. `done` once the files are
  /// there.
  void start(std::vector<core::TokenRecord> stored, std::function<void(core::Result<void>)> done);

  std::optional<core::Identity> by_token(std::string_view token) override;
  std::optional<core::Identity> by_uid(std::uint32_t uid) override;

 private:
  struct GroupAnswer {
    bool member = false;
    core::Instant until;
  };

  bool file_is_good(core::Scope scope) const;
  std::string file_of(core::Scope scope) const;
  void make_missing(std::vector<core::Scope> missing, std::function<void(core::Result<void>)> done);
  bool in_client_group(std::uint32_t uid);

  Settings settings_;
  core::ChangeLog& log_;
  const core::Clock& clock_;
  std::vector<core::TokenRecord> tokens_;
  std::unordered_map<std::uint32_t, GroupAnswer> groups_;  // at most kMaxGroupAnswers
};

/// SHA-256 in lower-case hex: the form in which a token is stored.
std::string token_hash(std::string_view token);

}  // namespace berth::auth
