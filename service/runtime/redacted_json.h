#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace berth::runtime {

/// What is asked about the parts of a JSON document.
struct JsonSecrets {
  /// Whether what is called so is secret: a member's key, an option in a list of arguments.
  std::function<bool(std::string_view name)> is_name;
  /// Redacts a string's content; false if nothing in it is secret.
  std::function<bool(std::string_view content, std::string& redacted)> redact;
};

/// The document without its secrets: values of members that are called so, with all that is in
/// them; what stands behind such an option in a list (`"--token", "…"`); the `value` of a
/// `{"name": …, "value": …}` that is called so; and what `redact` finds in a string or a number.
/// Every other byte stays. `changed` says whether there were any. Nothing if it is no JSON.
std::optional<std::string> without_secrets(std::string_view json, const JsonSecrets& secrets,
                                           bool& changed);

}  // namespace berth::runtime
