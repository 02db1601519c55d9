#pragma once

#include <string>
#include <string_view>

namespace berth::core {

/// What stands in the place of a secret.
inline constexpr std::string_view kRedacted = "[redacted]";

/// Takes secrets out of what is kept or shown: events, history, log. Immutable; any thread. Both
/// work in place, so that what holds no secret (nearly everything) is not even copied, and say
/// whether they changed anything. Doing it again does no harm.
class Redactor {
 public:
  virtual ~Redactor() = default;

  /// Free text: a command, a line of a log, a name.
  virtual bool redact_text(std::string& text) const = 0;

  /// One JSON document (RFC 8259). What is secret becomes a string; every other byte stays, so that
  /// order, spaces and large numbers do. Keys, true, false and null are never replaced. What is no
  /// JSON is taken for free text.
  virtual bool redact_json(std::string& json) const = 0;
};

}  // namespace berth::core
