#include "service/core/json_scan.h"

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "service/core/json.h"
#include "service/core/text.h"

namespace berth::core {
namespace {

constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag |
                                 rapidjson::kParseNumbersAsStringsFlag |
                                 rapidjson::kParseValidateEncodingFlag;

/// A string as RapidJSON has decoded it. It lets the second half of a surrogate pair stand alone
/// (`\udc00`), which is nothing in UTF-8.
bool is_text(const char* text, rapidjson::SizeType length) {
  return is_valid_utf8({text, length});
}

constexpr std::string_view kJsonSpace = " \t\r\n";

constexpr std::string_view kHalfPair = "not valid JSON: half of a surrogate pair";

std::string too_deep() {
  return fmt::format("JSON is nested deeper than {} levels", kMaxJsonDepth);
}

tl::unexpected<Error> fail_at(const rapidjson::ParseResult& parsed) {
  return fail(ErrorCode::invalid_argument,
              fmt::format("not valid JSON at byte {}: {}", parsed.Offset(),
                          rapidjson::GetParseError_En(parsed.Code())));
}

/// RapidJSON takes a NUL for the end of the text and says nothing of what comes after it.
Result<void> check_end(std::string_view text, const rapidjson::MemoryStream& stream) {
  if (stream.Tell() == text.size()) return {};
  return fail(ErrorCode::invalid_argument,
              fmt::format("not valid JSON at byte {}: something follows", stream.Tell()));
}

/// Collects the members of the outermost object while RapidJSON validates everything below it.
class MemberSlicer {
 public:
  MemberSlicer(std::string_view text, const rapidjson::MemoryStream& stream)
      : text_(text), stream_(stream) {}

  bool Null() { return scalar(JsonKind::null); }
  bool Bool(bool) { return scalar(JsonKind::boolean); }
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return scalar(JsonKind::number); }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    if (!is_text(text, length)) return half_pair_ = true, false;
    return scalar(JsonKind::string);
  }

  bool StartObject() { return open(JsonKind::object); }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    if (!is_text(text, length)) return half_pair_ = true, false;
    if (depth_ == 1) {
      key_.assign(text, length);
      value_from_ = stream_.Tell();
    }
    return true;
  }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool StartArray() { return open(JsonKind::array); }
  bool EndArray(rapidjson::SizeType) { return close(); }

  bool too_deep() const { return too_deep_; }
  bool not_an_object() const { return not_an_object_; }
  bool half_pair() const { return half_pair_; }
  std::vector<JsonMember> take() { return std::move(members_); }

 private:
  bool scalar(JsonKind kind) {
    if (depth_ == 0) return not_an_object_ = true, false;
    if (depth_ == 1) add(kind, stream_.Tell());
    return true;
  }

  bool open(JsonKind kind) {
    if (depth_ == 0 && kind != JsonKind::object) return not_an_object_ = true, false;
    if (depth_ == 1) container_ = kind;
    if (++depth_ > kMaxJsonDepth) return too_deep_ = true, false;
    return true;
  }

  bool close() {
    // The iterative parser calls back before it takes the closing bracket.
    if (--depth_ == 1) add(container_, stream_.Tell() + 1);
    return true;
  }

  void add(JsonKind kind, std::size_t end) {
    std::size_t begin = text_.find(':', value_from_) + 1;
    begin = text_.find_first_not_of(kJsonSpace, begin);
    members_.push_back({std::move(key_), text_.substr(begin, end - begin), kind});
  }

  std::string_view text_;
  const rapidjson::MemoryStream& stream_;
  std::vector<JsonMember> members_;
  std::string key_;
  std::size_t value_from_ = 0;
  std::size_t depth_ = 0;
  JsonKind container_ = JsonKind::object;
  bool too_deep_ = false;
  bool not_an_object_ = false;
  bool half_pair_ = false;
};

}  // namespace

const JsonMember* JsonObject::find(std::string_view key) const {
  const auto found = std::ranges::find(members_, key, &JsonMember::key);
  return found == members_.end() ? nullptr : &*found;
}

std::optional<std::string> JsonObject::string(std::string_view key) const {
  const JsonMember* member = find(key);
  if (member == nullptr || member->kind != JsonKind::string) return std::nullopt;
  return decode_json_string(member->raw);
}

std::optional<JsonObject> JsonObject::object(std::string_view key) const {
  const JsonMember* member = find(key);
  if (member == nullptr || member->kind != JsonKind::object) return std::nullopt;
  auto scanned = scan_object(member->raw);
  if (!scanned) return std::nullopt;
  return std::move(*scanned);
}

namespace {

/// The second of two with one key; null if there is none.
const JsonMember* find_repeated(const std::vector<JsonMember>& members) {
  constexpr std::size_t kFew = 16;  // so few are compared faster than they are hashed
  if (members.size() <= kFew) {
    for (auto member = members.begin(); member != members.end(); ++member) {
      if (std::ranges::find(members.begin(), member, member->key, &JsonMember::key) != member) {
        return &*member;
      }
    }
    return nullptr;
  }
  std::unordered_set<std::string_view> keys;
  for (const JsonMember& member : members) {
    if (!keys.insert(member.key).second) return &member;
  }
  return nullptr;
}

}  // namespace

Result<JsonObject> scan_object(std::string_view text) {
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  MemberSlicer slicer(text, stream);
  const rapidjson::ParseResult parsed = reader.Parse<kParseFlags>(stream, slicer);
  if (slicer.not_an_object()) {
    return fail(ErrorCode::invalid_argument, "not a JSON object");
  }
  if (slicer.half_pair()) return fail(ErrorCode::invalid_argument, std::string(kHalfPair));
  if (slicer.too_deep()) return fail(ErrorCode::invalid_argument, too_deep());
  if (parsed.IsError()) return fail_at(parsed);
  if (const auto end = check_end(text, stream); !end) return fail(end.error());
  std::vector<JsonMember> members = slicer.take();
  if (const JsonMember* second = find_repeated(members)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("JSON member \"{}\" stands twice", second->key));
  }
  return JsonObject(std::move(members));
}

Result<std::vector<std::string_view>> scan_array(std::string_view text) {
  const auto document = parse_json(text);
  if (!document) return fail(document.error());
  if (!document->IsArray()) return fail(ErrorCode::invalid_argument, "not a JSON array");
  // The text is valid JSON: brackets match, and only strings can hide one.
  std::vector<std::string_view> elements;
  std::size_t depth = 0;
  std::size_t from = 0;
  bool in_string = false;
  const auto add = [&](std::size_t end) {
    const std::string_view element = text.substr(from, end - from);
    const std::size_t begin = element.find_first_not_of(kJsonSpace);
    if (begin != std::string_view::npos) {
      elements.push_back(element.substr(begin, element.find_last_not_of(kJsonSpace) + 1 - begin));
    }
    from = end + 1;
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') ++at;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth == 1) from = at + 1;
    } else if (c == ']' || c == '}') {
      if (--depth == 0) add(at);
    } else if (c == ',' && depth == 1) {
      add(at);
    }
  }
  return elements;
}

std::string compact_json(std::string_view json) {
  std::string compact;
  compact.reserve(json.size());
  bool in_string = false;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (!in_string && kJsonSpace.find(c) != std::string_view::npos) continue;
    compact += c;
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\') compact += json[++at];
  }
  return compact;
}

std::string decode_json_string(std::string_view raw) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(raw.data(), raw.size());
  if (document.HasParseError() || !document.IsString()) return {};
  return {document.GetString(), document.GetStringLength()};
}

namespace {

/// Builds a document of what RapidJSON reads, and refuses what it takes beyond JSON as Berth has
/// it.
class DocumentFilter {
 public:
  explicit DocumentFilter(rapidjson::Document& document) : document_(document) {}

  bool Null() { return document_.Null(); }
  bool Bool(bool flag) { return document_.Bool(flag); }
  bool Int(int number) { return document_.Int(number); }
  bool Uint(unsigned number) { return document_.Uint(number); }
  bool Int64(std::int64_t number) { return document_.Int64(number); }
  bool Uint64(std::uint64_t number) { return document_.Uint64(number); }
  bool Double(double number) {
    // Some numbers that are too large become infinite, which no JSON can say again.
    if (!std::isfinite(number)) return refuse("not valid JSON: a number is too large");
    return document_.Double(number);
  }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return false; }
  bool String(const char* text, rapidjson::SizeType length, bool copy) {
    return is_text(text, length) ? document_.String(text, length, copy) : refuse(kHalfPair);
  }
  bool Key(const char* text, rapidjson::SizeType length, bool copy) {
    return is_text(text, length) ? document_.Key(text, length, copy) : refuse(kHalfPair);
  }
  bool StartObject() { return go_deeper() && document_.StartObject(); }
  bool EndObject(rapidjson::SizeType count) { return --depth_, document_.EndObject(count); }
  bool StartArray() { return go_deeper() && document_.StartArray(); }
  bool EndArray(rapidjson::SizeType count) { return --depth_, document_.EndArray(count); }

  /// Empty if nothing was refused.
  const std::string& why() const { return why_; }

 private:
  bool refuse(std::string_view why) { return why_ = why, false; }
  bool go_deeper() { return ++depth_ <= kMaxJsonDepth || refuse(too_deep()); }

  rapidjson::Document& document_;
  std::size_t depth_ = 0;
  std::string why_;
};

}  // namespace

std::string write_json(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

Result<rapidjson::Document> parse_json(std::string_view text) {
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
  rapidjson::MemoryStream stream(text.data(), text.size());
  Result<void> read;
  auto build = [&](rapidjson::Document& document) {
    rapidjson::Reader reader;
    DocumentFilter filter(document);
    const rapidjson::ParseResult parsed = reader.Parse<kFlags>(stream, filter);
    if (!filter.why().empty()) {
      read = fail(ErrorCode::invalid_argument, filter.why());
    } else if (parsed.IsError()) {
      read = fail_at(parsed);
    } else {
      read = check_end(text, stream);
    }
    return read.has_value();
  };
  rapidjson::Document document;
  document.Populate(build);
  if (!read) return fail(read.error());
  return document;
}

}  // namespace berth::core
