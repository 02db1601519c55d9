#include "service/runtime/named_secrets.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "service/core/redactor.h"
#include "service/runtime/secret_patterns.h"

namespace berth::runtime {
namespace {

constexpr auto kNowhere = std::string_view::npos;

bool is_space(char c) {
  return c == ' ' || c == '\t';
}
bool is_identifier(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

/// A quotation mark with the backslashes before it: text in text has `\"`.
struct Quote {
  char mark = '"';
  std::size_t backslashes = 0;
  std::size_t size() const { return backslashes + 1; }
};

std::optional<Quote> quote_at(std::string_view text, std::size_t at) {
  const std::size_t mark = text.find_first_not_of('\\', at);
  if (mark == kNowhere || (text[mark] != '"' && text[mark] != '\'')) return std::nullopt;
  return Quote{text[mark], mark - at};
}

/// Where the same quotation mark stands again; the end of the text if nowhere.
std::size_t find_close(std::string_view text, std::size_t from, const Quote& quote) {
  for (std::size_t at = text.find(quote.mark, from); at != kNowhere;
       at = text.find(quote.mark, at + 1)) {
    std::size_t backslashes = 0;
    while (backslashes < at - from && text[at - backslashes - 1] == '\\') ++backslashes;
    // `'` ends whatever stands before it. `"` not if it is escaped once more than the first was.
    if (quote.mark == '\'' && quote.backslashes == 0) return at;
    if (quote.backslashes == 0 && backslashes % 2 == 0) return at;
    if (quote.backslashes > 0 && backslashes == quote.backslashes) return at - backslashes;
  }
  return text.size();
}

/// What ends a value that stands in no quotation marks.
enum class Ending {
  word,    ///< of a command line
  item,    ///< of a list in a text
  line,    ///< of a header
  markup,  ///< `<`
};

bool ends(char c, Ending ending) {
  if (c == '\n' || c == '\r') return true;
  switch (ending) {
    case Ending::line:
      return c == '"' || c == '\'';
    case Ending::markup:
      return c == '<';
    case Ending::item:
      if (c == ',' || c == '}' || c == ']') return true;
      break;
    case Ending::word:
      break;
  }
  return is_space(c) || std::string_view("\"'`;&|<>()").find(c) != kNowhere;
}

bool is_nothing(std::string_view value) {
  constexpr std::array<std::string_view, 9> kNothing{"null", "nil",   "none", "None",     "NULL",
                                                     "true", "false", "True", "undefined"};
  return value.empty() || value == core::kRedacted || is_reference(value) ||
         std::ranges::find(kNothing, value) != kNothing.end();
}

/// `Bearer $TOKEN`
bool is_scheme_and_reference(std::string_view value) {
  constexpr std::array<std::string_view, 6> kSchemes{"Bearer", "bearer", "Basic",
                                                     "basic",  "Token",  "token"};
  const std::size_t space = value.find(' ');
  return space != kNowhere && is_reference(value.substr(space + 1)) &&
         std::ranges::find(kSchemes, value.substr(0, space)) != kSchemes.end();
}

std::optional<Range> plain_value(std::string_view text, std::size_t begin, Ending ending) {
  std::size_t end = begin;
  while (end < text.size() && !ends(text[end], ending)) ++end;
  // A call of something that gets it.
  if (end < text.size() && text[end] == '(') return std::nullopt;
  while (end > begin && (is_space(text[end - 1]) || text[end - 1] == '\\')) --end;
  const Range value{begin, end};
  const std::string_view content = value.of(text);
  if (is_nothing(content) || content.front() == '{' || content.front() == '[') return std::nullopt;
  if (ending == Ending::line && is_scheme_and_reference(content)) return std::nullopt;
  return value;
}

std::optional<Range> value_at(std::string_view text, std::size_t at, Ending ending) {
  if (at < text.size() && text[at] == '$' && quote_at(text, at + 1)) ++at;  // $'…'
  const auto quote = quote_at(text, at);
  if (!quote) return plain_value(text, at, ending);
  const std::size_t begin = at + quote->size();
  const Range value{begin, find_close(text, begin, *quote)};
  if (is_nothing(value.of(text)) || is_scheme_and_reference(value.of(text))) return std::nullopt;
  return value;
}

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

/// Reads what follows one identifier.
class Follower {
 public:
  Follower(std::string_view text, Range identifier) : text_(text), identifier_(identifier) {}

  std::optional<Range> value() const {
    std::size_t at = identifier_.end;
    const auto quote = quote_at(text_, at);
    if (quote) at += quote->size();
    const bool joined = !quote && at < text_.size() && !is_space(text_[at]);
    at = skip_space(text_, at);
    switch (at < text_.size() ? text_[at] : '\0') {
      case '=':
        return after_equals(at, joined);
      case ':':
        return after_colon(at);
      case '>':
        if (!is_markup()) break;
        return plain_value(text_, at + 1, Ending::markup);
      case ',':
        if (!quote || !is_option()) break;
        return value_at(text_, skip_space(text_, at + 1), Ending::item);
      case '-':
      case '\0':
        break;
      default:
        if (!quote && !joined && is_option()) return value_at(text_, at, Ending::word);
    }
    return std::nullopt;
  }

 private:
  std::string_view name() const { return identifier_.of(text_); }
  bool is_option() const { return name().front() == '-'; }
  bool is_markup() const { return identifier_.begin > 0 && text_[identifier_.begin - 1] == '<'; }

  /// Also `==`, `=>` and `===`.
  std::optional<Range> after_equals(std::size_t at, bool joined) const {
    const std::size_t behind = std::min(text_.find_first_not_of("=>", at), text_.size());
    const std::size_t value = skip_space(text_, behind);
    // `NAME= command` gives a command an empty variable.
    const bool is_variable =
        std::ranges::none_of(name(), [](char c) { return c >= 'a' && c <= 'z'; });
    if (value != behind && joined && is_variable) return std::nullopt;
    return value_at(text_, value, Ending::word);
  }

  std::optional<Range> after_colon(std::size_t at) const {
    ++at;
    // `secret::Type`, `token://`, a mount `secret:/path`
    if (at < text_.size() && (text_[at] == ':' || text_[at] == '/')) return std::nullopt;
    if (at < text_.size() && text_[at] == '=') ++at;
    return value_at(text_, skip_space(text_, at), is_header() ? Ending::line : Ending::item);
  }

  /// Of those the value has spaces and commas.
  bool is_header() const {
    std::string lower(name());
    std::ranges::transform(lower, lower.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower.find("authorization") != kNowhere || lower.find("cookie") != kNowhere;
  }

  std::string_view text_;
  Range identifier_;
};

}  // namespace

NamedSecrets::NamedSecrets(const SecretNames& names)
    : names_(names), finder_(names.hint(), RE2::Latin1) {}

bool NamedSecrets::redact(std::string& text) const {
  const re2::StringPiece piece(text.data(), text.size());
  re2::StringPiece hit;
  std::string out;
  std::size_t copied = 0;
  std::size_t from = 0;
  while (finder_.Match(piece, from, text.size(), RE2::UNANCHORED, &hit, 1)) {
    const auto at = static_cast<std::size_t>(hit.data() - text.data());
    Range identifier{at, at + hit.size()};
    while (identifier.begin > from && is_identifier(text[identifier.begin - 1])) --identifier.begin;
    while (identifier.end < text.size() && is_identifier(text[identifier.end])) ++identifier.end;
    from = identifier.end;
    std::string_view name = identifier.of(text);
    if (name.starts_with("-D")) name.remove_prefix(2);  // -Dpassword=…
    if (!names_.match(name)) continue;
    const auto value = Follower(text, identifier).value();
    if (!value) continue;
    out.append(text, copied, value->begin - copied).append(core::kRedacted);
    copied = from = value->end;
  }
  if (copied == 0) return false;
  out.append(text, copied);
  text = std::move(out);
  return true;
}

}  // namespace berth::runtime
