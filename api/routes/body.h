#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "service/core/error.h"
#include "service/core/execution.h"
#include "service/core/json.h"

namespace berth::routes {

/// How a member of a JSON body is read into a request. Errors name the member.
template <class Request>
struct BodyField {
  std::string_view name;
  core::Result<void> (*read)(Request&, const rapidjson::Value&, const std::string& name);
};

core::Result<void> read_text(const rapidjson::Value& value, const std::string& name,
                             std::string& out);
core::Result<void> read_flag(const rapidjson::Value& value, const std::string& name, bool& out);
core::Result<void> read_integer(const rapidjson::Value& value, const std::string& name,
                                std::int64_t minimum, std::int64_t& out);
core::Result<void> read_duration(const rapidjson::Value& value, const std::string& name,
                                 core::Milliseconds& out);
/// An object of strings.
core::Result<void> read_environment(const rapidjson::Value& value, const std::string& name,
                                    core::EnvironmentList& out);
/// An id, as its type's parse() takes it.
template <class Identifier>
core::Result<void> read_id(const rapidjson::Value& value, const std::string& name,
                           Identifier& out) {
  std::string text;
  if (auto read = read_text(value, name, text); !read) return read;
  auto id = Identifier::parse(text, name);
  if (!id) return core::fail(std::move(id.error()));
  out = std::move(*id);
  return {};
}

tl::unexpected<core::Error> wrong_field(const std::string& name, std::string_view problem);

/// Reads a body, a JSON object, whose members all are among `fields`: a misspelt one is refused.
template <class Request>
core::Result<void> read_body(std::string_view body, std::span<const BodyField<Request>> fields,
                             Request& request) {
  const auto document = core::parse_json(body);
  if (!document) return core::fail(document.error());
  if (!document->IsObject()) {
    return core::fail(core::ErrorCode::invalid_argument, "the body must be a JSON object");
  }
  for (const auto& member : document->GetObject()) {
    const std::string name(member.name.GetString(), member.name.GetStringLength());
    const auto field = std::ranges::find(fields, std::string_view(name), &BodyField<Request>::name);
    if (field == fields.end()) return wrong_field(name, "is not a field of this request");
    if (auto read = field->read(request, member.value, name); !read) return read;
  }
  return {};
}

}  // namespace berth::routes
