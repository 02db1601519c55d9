#include "service/install/jsonc.h"

#include <fmt/format.h>

#include <algorithm>

#include "service/core/text.h"

namespace berth::install {
namespace {

using core::JsonKind;

constexpr std::string_view kBlanks = " \t\r\n";

/// Reads forward; the first thing that is wrong is kept.
class Scanner {
 public:
  Scanner(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  std::size_t at() const { return at_; }
  bool at_end() const { return at_ >= text_.size(); }
  core::Error error() const {
    return {core::ErrorCode::invalid_argument,
            fmt::format("{}: {}", place_of(text_, problem_at_), problem_), "", std::nullopt};
  }

  bool refuse(std::size_t at, std::string problem) {
    if (problem_.empty()) {
      problem_at_ = at;
      problem_ = std::move(problem);
    }
    return false;
  }

  /// Blanks and comments.
  bool skip_blanks() {
    while (true) {
      at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size());
      const std::string_view rest = text_.substr(at_);
      if (rest.starts_with("//")) {
        at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
      } else if (rest.starts_with("/*")) {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return refuse(at_, "this comment has no end");
        at_ = end + 2;
      } else {
        return true;
      }
    }
  }

  std::optional<JsonKind> value() {
    const auto is = [](bool good, JsonKind kind) {
      return good ? std::optional(kind) : std::nullopt;
    };
    switch (peek()) {
      case '{':
        return is(object(nullptr), JsonKind::object);
      case '[':
        return is(array(), JsonKind::array);
      case '"':
        return is(string(), JsonKind::string);
      case 't':
        return is(word("true"), JsonKind::boolean);
      case 'f':
        return is(word("false"), JsonKind::boolean);
      case 'n':
        return is(word("null"), JsonKind::null);
      default:
        return is(number(), JsonKind::number);
    }
  }

  /// Its members go into `into` if that is given.
  bool object(JsoncObject* into) {
    const std::size_t begin = at_;
    if (!enter()) return false;
    while (true) {
      if (!skip_blanks()) return false;
      if (peek() == '}') break;
      JsoncMember member;
      if (!this->member(member)) return false;
      const bool more = peek() == ',';
      if (more) member.comma = at_++;
      if (into != nullptr) into->members.push_back(std::move(member));
      if (!more && peek() != '}') return refuse(at_, "a comma or } is expected here");
    }
    leave();
    if (into != nullptr) into->span = {begin, at_};
    return true;
  }

  bool string() {
    const std::size_t begin = at_++;
    for (; !at_end() && text_[at_] != '"'; ++at_) {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) {
        return text_[at_] == '\n' || text_[at_] == '\r'
                   ? refuse(begin, "this string does not end on its line")
                   : refuse(at_, "a control character may not stand in a string");
      }
      if (text_[at_] == '\\' && !escape()) return false;
    }
    if (at_end()) return refuse(begin, "this string has no end");
    ++at_;
    return true;
  }

 private:
  char peek() const { return at_end() ? '\0' : text_[at_]; }

  bool enter() {
    if (++depth_ > core::kMaxJsonDepth) {
      return refuse(at_, fmt::format("nested deeper than {} levels", core::kMaxJsonDepth));
    }
    ++at_;
    return true;
  }
  void leave() {
    --depth_;
    ++at_;
  }

  bool member(JsoncMember& member) {
    if (peek() != '"') return refuse(at_, "a name in double quotes or } is expected here");
    member.key_span.begin = at_;
    if (!string()) return false;
    member.key_span.end = at_;
    const std::string_view raw = member.key_span.in(text_);
    member.key = raw.find('\\') == std::string_view::npos ? raw.substr(1, raw.size() - 2)
                                                          : core::decode_json_string(raw);
    if (!skip_blanks()) return false;
    if (peek() != ':') return refuse(at_, "a colon is expected here");
    ++at_;
    if (!skip_blanks()) return false;
    member.value.begin = at_;
    const auto kind = value();
    if (!kind) return false;
    member.kind = *kind;
    member.value.end = at_;
    return skip_blanks();
  }

  bool array() {
    if (!enter()) return false;
    while (true) {
      if (!skip_blanks()) return false;
      if (peek() == ']') break;
      if (!value() || !skip_blanks()) return false;
      if (peek() == ',') {
        ++at_;
      } else if (peek() != ']') {
        return refuse(at_, "a comma or ] is expected here");
      }
    }
    leave();
    return true;
  }

  bool escape() {
    constexpr std::string_view kHex = "0123456789abcdefABCDEF";
    const std::size_t begin = at_++;
    if (at_end()) return true;  // the string has no end
    if (text_[at_] == 'u') {
      const std::string_view digits = text_.substr(at_ + 1, 4);
      if (digits.size() < 4 || digits.find_first_not_of(kHex) != std::string_view::npos) {
        return refuse(begin, "\\u needs four hexadecimal digits");
      }
      at_ += 4;
      return true;
    }
    return std::string_view("\"\\/bfnrt").find(text_[at_]) != std::string_view::npos ||
           refuse(begin, "no such escape in JSON");
  }

  bool word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return refuse(at_, "a value is expected here");
    at_ += word.size();
    return true;
  }

  bool digits() {
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_not_of("0123456789", at_), text_.size());
    return at_ > begin || refuse(begin, "a digit is expected here");
  }

  bool number() {
    if (peek() != '-' && (peek() < '0' || peek() > '9')) {
      return refuse(
          at_, at_end() ? "the text ends where a value is expected" : "a value is expected here");
    }
    if (peek() == '-') ++at_;
    if (peek() == '0') {
      ++at_;
    } else if (!digits()) {
      return false;
    }
    if (peek() == '.' && (++at_, !digits())) return false;
    if (peek() != 'e' && peek() != 'E') return true;
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    return digits();
  }

  std::string_view text_;
  std::size_t at_;
  std::size_t depth_ = 0;
  std::size_t problem_at_ = 0;
  std::string problem_;
};

/// The first line that is not UTF-8, if there is one.
std::optional<std::size_t> find_invalid_line(std::string_view text) {
  if (core::is_valid_utf8(text)) return std::nullopt;
  std::size_t at = 0;
  while (core::is_valid_utf8(text.substr(at, line_end(text, at) - at))) at = line_end(text, at);
  return at;
}

}  // namespace

const JsoncMember* JsoncObject::find(std::string_view key) const {
  const auto found = std::ranges::find(members, key, &JsoncMember::key);
  return found == members.end() ? nullptr : &*found;
}

const JsoncMember* JsoncObject::find_again(std::string_view key) const {
  const auto first = std::ranges::find(members, key, &JsoncMember::key);
  if (first == members.end()) return nullptr;
  const auto second = std::ranges::find(first + 1, members.end(), key, &JsoncMember::key);
  return second == members.end() ? nullptr : &*second;
}

core::Result<std::optional<JsoncObject>> scan_jsonc(std::string_view text) {
  Scanner scanner(text, byte_order_mark(text));
  if (const auto line = find_invalid_line(text)) {
    scanner.refuse(*line, "this line is not UTF-8");
    return core::fail(scanner.error());
  }
  if (!scanner.skip_blanks()) return core::fail(scanner.error());
  if (scanner.at_end()) return std::nullopt;
  JsoncObject root;
  if (text[scanner.at()] != '{') {
    scanner.refuse(scanner.at(), "an object in braces is expected here");
    return core::fail(scanner.error());
  }
  if (!scanner.object(&root) || !scanner.skip_blanks()) return core::fail(scanner.error());
  if (!scanner.at_end()) {
    scanner.refuse(scanner.at(), "nothing may follow the object's end");
    return core::fail(scanner.error());
  }
  return root;
}

JsoncObject object_at(std::string_view text, std::size_t begin) {
  JsoncObject object;
  Scanner(text, begin).object(&object);
  return object;
}

std::optional<Span> first_element(std::string_view text, Span array) {
  Scanner scanner(text, array.begin + 1);
  scanner.skip_blanks();
  const std::size_t begin = scanner.at();
  if (text[begin] == ']' || !scanner.value()) return std::nullopt;
  return Span{begin, scanner.at()};
}

std::vector<JsoncComment> comments_in(std::string_view text, Span piece) {
  std::vector<JsoncComment> comments;
  std::size_t at = text.find('/', piece.begin);
  while (at < piece.end) {
    const bool to_line_end = text[at + 1] == '/';
    const std::size_t end = to_line_end ? std::min(text.find_first_of("\r\n", at), text.size())
                                        : text.find("*/", at + 2) + 2;
    comments.push_back({{at, end}, to_line_end});
    at = text.find('/', end);
  }
  return comments;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(kBlanks) == std::string_view::npos;
}

}  // namespace berth::install
