#include "service/runtime/redaction.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "service/runtime/named_secrets.h"
#include "service/runtime/redacted_json.h"
#include "service/runtime/secret_names.h"
#include "service/runtime/secret_patterns.h"

namespace berth::runtime {
namespace {

constexpr std::size_t kShortestValue = 8;

bool matches(const std::optional<RE2>& expression, std::string_view text) {
  return expression && RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *expression);
}

std::vector<std::string> all_names(const Config::Redaction& config) {
  std::vector<std::string> names = config.names;
  if (config.defaults == "on") std::ranges::move(default_secret_names(), std::back_inserter(names));
  return names;
}

core::Result<std::vector<SecretPattern>> configured_patterns(const Config::Redaction& config) {
  std::vector<SecretPattern> patterns;
  for (std::size_t i = 0; i < config.patterns.size(); ++i) {
    auto pattern = SecretPattern::make(config.patterns[i], SecretPattern::Text::utf8);
    if (!pattern) {
      return core::fail(core::ErrorCode::invalid_argument,
                        fmt::format("redaction.patterns[{}] {}", i, pattern.error().message),
                        "redaction.patterns");
    }
    patterns.push_back(std::move(*pattern));
  }
  return patterns;
}

class ConfiguredRedactor final : public core::Redactor {
 public:
  ConfiguredRedactor(const Config::Redaction& config, std::vector<SecretPattern> patterns,
                     const std::vector<std::string>& environment)
      : names_(all_names(config)), patterns_(std::move(patterns)) {
    add_own_tokens(known_);
    if (config.defaults == "on") add_credentials(known_);
    if (!names_.empty()) named_.emplace(names_);
    add_values(environment);
    std::string hint = known_.hint;
    if (!names_.empty()) hint.append("|").append(names_.hint());
    hint_.emplace(hint, RE2::Latin1);
  }

  bool redact_text(std::string& text) const override {
    // What Berth calls those who came with one of its tokens (core::Identity).
    if (text == "token:admin" || text == "token:client") return false;
    bool changed = false;
    for (const SecretPattern& pattern : patterns_) changed = pattern.redact(text) || changed;
    if (!matches(hint_, text)) return changed;
    if (named_) changed = named_->redact(text) || changed;
    for (const SecretPattern& pattern : known_.patterns) changed = pattern.redact(text) || changed;
    return changed;
  }

  bool redact_json(std::string& json) const override {
    // These two escapes may hide what the hint looks for; what a user looks for may begin or end
    // with the string. Then each string has to be unpacked.
    const bool plain = patterns_.empty() && json.find("\\u") == std::string::npos &&
                       json.find("\\/") == std::string::npos;
    if (plain && !matches(hint_, json)) return false;
    bool changed = false;
    const JsonSecrets secrets{[this](std::string_view name) { return names_.match(name); },
                              [this](std::string_view content, std::string& redacted) {
                                return redact_content(content, redacted);
                              }};
    auto redacted = without_secrets(json, secrets, changed);
    if (!redacted) return redact_text(json);
    if (changed) json = std::move(*redacted);
    return changed;
  }

 private:
  bool redact_content(std::string_view content, std::string& redacted) const {
    const auto found = [content](const SecretPattern& pattern) {
      return pattern.found_in(content);
    };
    if (!matches(hint_, content) && std::ranges::none_of(patterns_, found)) return false;
    redacted = content;
    return redact_text(redacted);
  }

  void add_values(const std::vector<std::string>& environment) {
    for (const std::string& variable : environment) {
      const std::size_t equals = variable.find('=');
      if (equals == std::string::npos || variable.size() - equals - 1 < kShortestValue) continue;
      if (names_.match(std::string_view(variable).substr(0, equals))) {
        add_value(known_, variable.substr(equals + 1));
      }
    }
  }

  const SecretNames names_;
  const std::vector<SecretPattern> patterns_;  // the user's
  KnownSecrets known_;
  std::optional<NamedSecrets> named_;
  std::optional<RE2> hint_;  // what has no secret of known_ and named_ does not match it
};

}  // namespace

core::Result<void> check(const Config::Redaction& config) {
  return configured_patterns(config).map([](const auto&) {});
}

core::Result<std::shared_ptr<const core::Redactor>> make_redactor(
    const Config::Redaction& config, const std::vector<std::string>& environment) {
  auto patterns = configured_patterns(config);
  if (!patterns) return core::fail(std::move(patterns.error()));
  return std::make_shared<const ConfiguredRedactor>(config, std::move(*patterns), environment);
}

}  // namespace berth::runtime
