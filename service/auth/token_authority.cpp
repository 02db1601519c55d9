#include "service/auth/token_authority.h"

#include <Poco/SHA2Engine.h>
#include <fmt/format.h>

#include "service/core/text.h"
#include "service/platform/files.h"
#include "service/platform/peer.h"
#include "service/runtime/log.h"

namespace berth::auth {
namespace {

constexpr std::chrono::seconds kGroupAnswerAge{30};
constexpr std::size_t kMaxGroupAnswers = 1'024;

unsigned file_mode(core::Scope scope) {
  return scope == core::Scope::admin ? 0600 : 0640;
}

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

std::string token_hash(std::string_view token) {
  Poco::SHA2Engine engine;
  engine.update(token.data(), static_cast<unsigned>(token.size()));
  return Poco::DigestEngine::digestToHex(engine.digest());
}

TokenAuthority::TokenAuthority(Settings settings, core::ChangeLog& log, const core::Clock& clock)
    : settings_(std::move(settings)), log_(log), clock_(clock) {}

void TokenAuthority::start(std::vector<core::TokenRecord> stored,
                           std::function<void(core::Result<void>)> done) {
  tokens_ = std::move(stored);
  std::vector<core::Scope> missing;
  for (const core::Scope scope : {core::Scope::admin, core::Scope::client}) {
    if (!file_is_good(scope)) missing.push_back(scope);
  }
  make_missing(std::move(missing), std::move(done));
}

std::string TokenAuthority::file_of(core::Scope scope) const {
  return fmt::format("{}/{}.token", settings_.data_dir, core::to_string(scope));
}

bool TokenAuthority::file_is_good(core::Scope scope) const {
  const auto text = platform::read_file(file_of(scope), 4'096);
  if (!text) return false;
  const std::string hash = token_hash(first_line(*text));
  for (const core::TokenRecord& token : tokens_) {
    if (token.hash == hash && token.scope == core::to_string(scope) && !token.expires_at) {
      return true;
    }
  }
  return false;
}

void TokenAuthority::make_missing(std::vector<core::Scope> missing,
                                  std::function<void(core::Result<void>)> done) {
  if (missing.empty()) return done({});
  const core::Scope scope = missing.back();
  missing.pop_back();
  const std::string token = core::random_base32_256();
  core::TokenRecord record;
  record.hash = token_hash(token);
  record.scope = core::to_string(scope);
  record.created_at = clock_.now();
  core::ChangeSet set;
  set.durability = core::Durability::durable;
  set.add(record);
  log_.commit(std::move(set), [this, scope, token, record, missing = std::move(missing),
                               done = std::move(done)](core::Result<void> stored) mutable {
    if (!stored) return done(stored);
    const auto written =
        platform::write_file_atomically(file_of(scope), token + "\n", file_mode(scope));
    if (!written) return done(core::fail(written.error()));
    tokens_.push_back(record);
    runtime::log_notice("auth", "new token written").with("file", file_of(scope));
    make_missing(std::move(missing), std::move(done));
  });
}

std::optional<core::Identity> TokenAuthority::by_token(std::string_view token) {
  const std::string hash = token_hash(token);
  const core::Timestamp now = clock_.now();
  for (const core::TokenRecord& known : tokens_) {
    if (known.expires_at && *known.expires_at <= now) continue;
    if (!core::equal_in_constant_time(known.hash, hash)) continue;
    const core::Scope scope = known.scope == "admin" ? core::Scope::admin : core::Scope::client;
    return core::Identity{fmt::format("token:{}", known.scope), scope};
  }
  return std::nullopt;
}

std::optional<core::Identity> TokenAuthority::by_uid(std::uint32_t uid) {
  const std::string principal = fmt::format("uid:{}", uid);
  if (uid == 0 || uid == platform::current_uid()) {
    return core::Identity{principal, core::Scope::admin};
  }
  if (settings_.system && in_client_group(uid)) {
    return core::Identity{principal, core::Scope::client};
  }
  return std::nullopt;
}

bool TokenAuthority::in_client_group(std::uint32_t uid) {
  const core::Instant now = clock_.instant();
  if (const auto known = groups_.find(uid); known != groups_.end() && known->second.until > now) {
    return known->second.member;
  }
  if (groups_.size() >= kMaxGroupAnswers) groups_.clear();
  const bool member = platform::is_in_group(uid, settings_.client_group);
  groups_[uid] = {member, now + kGroupAnswerAge};
  return member;
}

}  // namespace berth::auth
