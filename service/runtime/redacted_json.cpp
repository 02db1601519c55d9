#include "service/runtime/redacted_json.h"

#include "service/core/json.h"
#include "service/core/json_scan.h"
#include "service/core/redactor.h"

namespace berth::runtime {
namespace {

std::string quoted(std::string_view text) {
  core::JsonWriter json;
  json.value(text);
  return json.str();
}

/// `--token`, as a word of its own.
bool is_option(std::string_view text) {
  return text.starts_with('-') && text.find_first_of(" =:\n") == std::string_view::npos;
}

/// Walks over a document and copies it but for what it replaces. Lenient with what a strict scan
/// has let through before (numbers, literals, escapes): it must only know where each ends.
class Walk {
 public:
  Walk(std::string_view text, const JsonSecrets& secrets) : text_(text), secrets_(secrets) {}

  bool run() {
    if (!value(false, 0)) return false;
    skip_space();
    return at_ == text_.size();
  }
  bool changed() const { return changed_; }
  std::string take() {
    out_.append(text_.substr(copied_));
    return std::move(out_);
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  bool take(char c) {
    skip_space();
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  bool value(bool secret, std::size_t depth) {
    skip_space();
    if (depth > core::kMaxJsonDepth) return false;
    switch (peek()) {
      case '{':
        return object(secret, depth + 1);
      case '[':
        return array(secret, depth + 1);
      case '"':
        return string(secret).has_value();
      default:
        return scalar(secret);
    }
  }

  bool object(bool secret, std::size_t depth) {
    ++at_;
    if (take('}')) return true;
    bool secret_pair = false;  // of this object's `name` the `value` is secret
    do {
      skip_space();
      const auto raw = raw_string();
      if (!raw || !take(':')) return false;
      std::string decoded;
      const std::string_view key = content_of(*raw, decoded);
      const bool of_secret = secret || secrets_.is_name(key) || (secret_pair && key == "value");
      skip_space();
      if ((key == "name" || key == "key") && peek() == '"') {
        const auto name = string(of_secret);
        if (!name) return false;
        secret_pair = secrets_.is_name(*name);
      } else if (!value(of_secret, depth)) {
        return false;
      }
    } while (take(','));
    return take('}');
  }

  bool array(bool secret, std::size_t depth) {
    ++at_;
    if (take(']')) return true;
    bool behind_option = false;
    do {
      skip_space();
      if (peek() == '"') {
        const auto content = string(secret || behind_option);
        if (!content) return false;
        behind_option = is_option(*content) && secrets_.is_name(*content);
      } else {
        behind_option = false;
        if (!value(secret, depth)) return false;
      }
    } while (take(','));
    return take(']');
  }

  /// With its quotation marks.
  std::optional<std::string_view> raw_string() {
    if (peek() != '"') return std::nullopt;
    std::size_t end = at_ + 1;
    for (;;) {
      end = text_.find_first_of("\"\\", end);
      if (end == std::string_view::npos) return std::nullopt;
      if (text_[end] == '"') break;
      end += 2;
    }
    const std::string_view raw = text_.substr(at_, end + 1 - at_);
    at_ = end + 1;
    return raw;
  }

  static std::string_view content_of(std::string_view raw, std::string& decoded) {
    const std::string_view inner = raw.substr(1, raw.size() - 2);
    if (inner.find('\\') == std::string_view::npos) return inner;
    decoded = core::decode_json_string(raw);
    return decoded;
  }

  /// Gives what it held; that is only asked of short ones.
  std::optional<std::string> string(bool secret) {
    const auto raw = raw_string();
    if (!raw) return std::nullopt;
    std::string decoded;
    const std::string_view content = content_of(*raw, decoded);
    std::string redacted;
    if (secret) {
      if (!content.empty() && content != core::kRedacted) replace(*raw, core::kRedacted);
    } else if (secrets_.redact(content, redacted)) {
      replace(*raw, redacted);
    }
    constexpr std::size_t kLongestName = 256;
    return std::string(content.substr(0, kLongestName));
  }

  /// A number, or true, false, null.
  bool scalar(bool secret) {
    const std::size_t end = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
    const std::string_view raw = text_.substr(at_, end - at_);
    if (raw.empty() || raw.find_first_of("\"{[:") != std::string_view::npos) return false;
    at_ = end;
    const bool is_number = raw.front() == '-' || (raw.front() >= '0' && raw.front() <= '9');
    std::string redacted;
    if (is_number && (secret || secrets_.redact(raw, redacted))) replace(raw, core::kRedacted);
    return true;
  }

  void replace(std::string_view raw, std::string_view text) {
    const auto begin = static_cast<std::size_t>(raw.data() - text_.data());
    out_.append(text_.substr(copied_, begin - copied_)).append(quoted(text));
    copied_ = begin + raw.size();
    changed_ = true;
  }

  std::string_view text_;
  const JsonSecrets& secrets_;
  std::size_t at_ = 0;
  std::string out_;
  std::size_t copied_ = 0;
  bool changed_ = false;
};

}  // namespace

std::optional<std::string> without_secrets(std::string_view json, const JsonSecrets& secrets,
                                           bool& changed) {
  Walk walk(json, secrets);
  if (!walk.run()) return std::nullopt;
  changed = walk.changed();
  return changed ? walk.take() : std::string();
}

}  // namespace berth::runtime
