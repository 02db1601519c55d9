#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::runtime {

/// The names of what is secret: of JSON members, variables, options, headers. Immutable; any
/// thread.
class SecretNames {
 public:
  explicit SecretNames(std::span<const std::string> names);

  bool empty() const { return names_.empty(); }

  /// Whether whole words of the identifier are one of the names, in any case and however they are
  /// joined: `api_key` is in `OPENAI_API_KEY`, `x-api-key`, `apiKey` and `APIKEY`. Not if another
  /// word makes it the name of something harmless: `token_count`, `max_token`, `secretName`.
  bool match(std::string_view identifier) const;

  /// Regular expression (RE2) of the text that every such identifier has. Not if empty().
  const std::string& hint() const { return hint_; }

 private:
  std::vector<std::string> names_;  // lower case, without what joins their words
  std::string hint_;
};

/// Whether it can be configured as a name: letters, digits, `_`, `-`, `.`, at least two letters.
bool is_secret_name(std::string_view text);

/// Berth's own list.
std::vector<std::string> default_secret_names();

}  // namespace berth::runtime
