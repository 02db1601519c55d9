#include "service/core/json_scan.h"

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>

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

tl::unexpected<Error> fail_half_pair() {
  return fail(ErrorCode::invalid_argument, "not valid JSON: half of a surrogate pair");
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
    begin = text_.find_first_not_of(" \t\r\n", begin);
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

Result<JsonObject> scan_object(std::string_view text) {
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  MemberSlicer slicer(text, stream);
  const rapidjson::ParseResult parsed = reader.Parse<kParseFlags>(stream, slicer);
  if (slicer.not_an_object()) {
    return fail(ErrorCode::invalid_argument, "not a JSON object");
  }
  if (slicer.half_pair()) return fail_half_pair();
  if (slicer.too_deep()) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("JSON is nested deeper than {} levels", kMaxJsonDepth));
  }
  if (parsed.IsError()) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("not valid JSON at byte {}: {}", parsed.Offset(),
                            rapidjson::GetParseError_En(parsed.Code())));
  }
  if (const auto end = check_end(text, stream); !end) return fail(end.error());
  std::vector<JsonMember> members = slicer.take();
  for (auto member = members.begin(); member != members.end(); ++member) {
    if (std::ranges::find(members.begin(), member, member->key, &JsonMember::key) != member) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("JSON member \"{}\" stands twice", member->key));
    }
  }
  return JsonObject(std::move(members));
}

std::string decode_json_string(std::string_view raw) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(raw.data(), raw.size());
  if (document.HasParseError() || !document.IsString()) return {};
  return {document.GetString(), document.GetStringLength()};
}

namespace {

/// Counts nesting and looks at strings, so that a document is refused before it is built.
struct DocumentGuard : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, DocumentGuard> {
  std::size_t depth = 0;
  bool half_pair = false;
  bool String(const char* text, rapidjson::SizeType length, bool) {
    half_pair = !is_text(text, length);
    return !half_pair;
  }
  bool Key(const char* text, rapidjson::SizeType length, bool copy) {
    return String(text, length, copy);
  }
  bool StartObject() { return ++depth <= kMaxJsonDepth; }
  bool EndObject(rapidjson::SizeType) { return --depth, true; }
  bool StartArray() { return ++depth <= kMaxJsonDepth; }
  bool EndArray(rapidjson::SizeType) { return --depth, true; }
};

}  // namespace

std::string write_json(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

Result<rapidjson::Document> parse_json(std::string_view text) {
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  DocumentGuard guard;
  if (reader.Parse<kParseFlags>(stream, guard).Code() == rapidjson::kParseErrorTermination) {
    if (guard.half_pair) return fail_half_pair();
    return fail(ErrorCode::invalid_argument,
                fmt::format("JSON is nested deeper than {} levels", kMaxJsonDepth));
  }
  const auto end = check_end(text, stream);
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(
      text.data(), text.size());
  if (document.HasParseError()) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("not valid JSON at byte {}: {}", document.GetErrorOffset(),
                            rapidjson::GetParseError_En(document.GetParseError())));
  }
  if (!end) return fail(end.error());
  return document;
}

}  // namespace berth::core
