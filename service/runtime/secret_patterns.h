#pragma once

#include <re2/re2.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/core/error.h"

namespace berth::runtime {

/// A regular expression (RE2) of what is secret wherever it stands. If it has groups, only what
/// they match is. Immutable; any thread.
class SecretPattern {
 public:
  enum class Text {
    utf8,   ///< what a user writes
    bytes,  ///< quicker; for what knows ASCII only
  };

  /// invalid_argument if it is no regular expression or matches nothing at all (`a*`): it would
  /// match everywhere.
  static core::Result<SecretPattern> make(const std::string& expression, Text text);
  /// This very text, of any length.
  static SecretPattern literally(std::string text) {
    return SecretPattern(nullptr).needing(std::move(text));
  }

  /// `literal` is in every text that matches: looking for it costs less.
  SecretPattern needing(std::string literal) && {
    literal_ = std::move(literal);
    return std::move(*this);
  }

  bool found_in(std::string_view text) const;
  /// Replaces all that is secret; true if there was something.
  bool redact(std::string& text) const;

 private:
  explicit SecretPattern(std::unique_ptr<RE2> expression) : expression_(std::move(expression)) {}

  bool redact_literal(std::string& text) const;

  std::unique_ptr<RE2> expression_;  // none: the literal is all
  std::string literal_;
};

/// Shapes of well-known credentials, and a hint: what each text that one of them matches has.
struct KnownSecrets {
  std::vector<SecretPattern> patterns;
  /// Regular expression without anchors, which finds it in a JSON string as well as outside.
  std::string hint;

  void add(SecretPattern pattern, std::string_view its_hint);
};

/// Berth's own tokens; always.
void add_own_tokens(KnownSecrets& known);
/// Those of others.
void add_credentials(KnownSecrets& known);
/// One that is known by itself.
void add_value(KnownSecrets& known, const std::string& value);

/// Whether a text only says where a secret is: `$TOKEN`, `${TOKEN}`, `$(command)`, `%TOKEN%`. In
/// lower case it may well be a password.
bool is_reference(std::string_view text);

}  // namespace berth::runtime
