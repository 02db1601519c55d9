#include "service/mcp/mirrored_parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "service/core/json.h"

namespace berth::mcp {
namespace {

constexpr const char* kMark = "x-mcp-header";

std::string text_of(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

tl::unexpected<core::Error> bad_mark(std::string_view why) {
  return core::fail(core::ErrorCode::invalid_argument, fmt::format("{} {}", kMark, why));
}

bool is_token(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";  // RFC 9110 section 5.6.2
  return !text.empty() && std::ranges::all_of(text, [&](unsigned char c) {
    return (c < 0x80 && std::isalnum(c) != 0) || kOthers.find(static_cast<char>(c)) != kOthers.npos;
  });
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::size_t count_marks(const rapidjson::Value& value) {
  std::size_t count = 0;
  if (value.IsObject()) {
    count += value.HasMember(kMark) ? 1 : 0;
    for (const auto& member : value.GetObject()) count += count_marks(member.value);
  } else if (value.IsArray()) {
    for (const auto& item : value.GetArray()) count += count_marks(item);
  }
  return count;
}

class Search {
 public:
  core::Result<void> look_below(const rapidjson::Value& schema) {
    const auto properties = schema.FindMember("properties");
    if (properties == schema.MemberEnd() || !properties->value.IsObject()) return {};
    for (const auto& property : properties->value.GetObject()) {
      if (!property.value.IsObject()) continue;
      path_.push_back(text_of(property.name));
      auto looked = look_at(property.value);
      if (looked) looked = look_below(property.value);
      if (!looked) return looked;
      path_.pop_back();
    }
    return {};
  }

  std::vector<MirroredParameter> take() { return std::move(found_); }
  std::size_t count() const { return found_.size(); }

 private:
  core::Result<void> look_at(const rapidjson::Value& property) {
    const auto mark = property.FindMember(kMark);
    if (mark == property.MemberEnd()) return {};
    if (!mark->value.IsString() || !is_token(text_of(mark->value))) {
      return bad_mark("must be the name of a header");
    }
    const auto type = property.FindMember("type");
    const std::string kind =
        type != property.MemberEnd() && type->value.IsString() ? text_of(type->value) : "";
    if (kind != "string" && kind != "integer" && kind != "boolean") {
      return bad_mark("is for strings, integers and booleans only");
    }
    const std::string header = "Mcp-Param-" + text_of(mark->value);
    for (const MirroredParameter& other : found_) {
      if (equal_ignoring_case(other.header, header)) {
        return bad_mark("names " + header + " twice");
      }
    }
    found_.push_back({header, path_});
    return {};
  }

  std::vector<std::string> path_;
  std::vector<MirroredParameter> found_;
};

}  // namespace

core::Result<std::vector<MirroredParameter>> find_mirrored_parameters(std::string_view schema) {
  const auto document = core::parse_json(schema);
  if (!document) return core::fail(document.error());
  if (!document->IsObject()) return std::vector<MirroredParameter>();
  Search search;
  if (auto looked = search.look_below(*document); !looked) return core::fail(looked.error());
  // A property of that name is no mark, but nobody has one.
  if (count_marks(*document) != search.count()) {
    return bad_mark("must stand in a property that is reached by properties only");
  }
  return search.take();
}

}  // namespace berth::mcp
