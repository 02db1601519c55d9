#include "api/routes/body.h"

#include <fmt/format.h>

#include "service/core/environment.h"

namespace berth::routes {

using rapidjson::Value;

tl::unexpected<core::Error> wrong_field(const std::string& name, std::string_view problem) {
  return core::fail(core::ErrorCode::invalid_argument, fmt::format("{} {}", name, problem), name);
}

core::Result<void> read_text(const Value& value, const std::string& name, std::string& out) {
  if (!value.IsString()) return wrong_field(name, "must be a string");
  out.assign(value.GetString(), value.GetStringLength());
  return {};
}

core::Result<void> read_flag(const Value& value, const std::string& name, bool& out) {
  if (!value.IsBool()) return wrong_field(name, "must be true or false");
  out = value.GetBool();
  return {};
}

core::Result<void> read_integer(const Value& value, const std::string& name, std::int64_t minimum,
                                std::int64_t& out) {
  if (!value.IsInt64()) return wrong_field(name, "must be a whole number");
  if (value.GetInt64() < minimum) return wrong_field(name, fmt::format("must be >= {}", minimum));
  out = value.GetInt64();
  return {};
}

core::Result<void> read_duration(const Value& value, const std::string& name,
                                 core::Milliseconds& out) {
  std::int64_t milliseconds = 0;
  if (auto read = read_integer(value, name, 0, milliseconds); !read) return read;
  out = core::Milliseconds(milliseconds);
  return {};
}

core::Result<void> read_environment(const Value& value, const std::string& name,
                                    core::EnvironmentList& out) {
  if (!value.IsObject()) return wrong_field(name, "must be an object of strings");
  for (const auto& member : value.GetObject()) {
    std::string text;
    const std::string entry = fmt::format("{}.{}", name, member.name.GetString());
    if (auto read = read_text(member.value, entry, text); !read) return read;
    out.emplace_back(std::string(member.name.GetString(), member.name.GetStringLength()),
                     std::move(text));
  }
  return core::check_environment(out);
}

}  // namespace berth::routes
