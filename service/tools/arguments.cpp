#include "service/tools/arguments.h"

#include <fmt/format.h>

namespace berth::tools {

core::ProgressSink progress_of(const mcp::CallContext& context) {
  if (!context.progress) return nullptr;
  return [sink = context.progress](const core::CallProgress& told) {
    sink(told.progress, std::nullopt, told.message);
  };
}

core::Result<void> Arguments::exactly_one_of(const char* first, const char* second) const {
  if (has(first) != has(second)) return {};
  return core::fail(core::ErrorCode::invalid_argument,
                    fmt::format("arguments: one of {} and {} is required", first, second),
                    "arguments");
}

std::string Arguments::text(const char* name) const {
  if (!has(name)) return {};
  const rapidjson::Value& value = object_[name];
  return {value.GetString(), value.GetStringLength()};
}

bool Arguments::flag(const char* name, bool fallback) const {
  return has(name) ? object_[name].GetBool() : fallback;
}

std::optional<std::int64_t> Arguments::integer(const char* name) const {
  if (!has(name)) return std::nullopt;
  const rapidjson::Value& value = object_[name];
  // JSON Schema counts 5.0 as an integer; the schemas' bounds keep the conversion exact.
  return value.IsInt64() ? value.GetInt64() : static_cast<std::int64_t>(value.GetDouble());
}

std::int64_t Arguments::integer(const char* name, std::int64_t fallback) const {
  return integer(name).value_or(fallback);
}

core::Milliseconds Arguments::milliseconds(const char* name, core::Milliseconds fallback) const {
  return core::Milliseconds(integer(name, fallback.count()));
}

core::EnvironmentList Arguments::environment(const char* name) const {
  core::EnvironmentList list;
  if (!has(name)) return list;
  for (const auto& [key, value] : object_[name].GetObject()) {
    list.emplace_back(std::string(key.GetString(), key.GetStringLength()),
                      std::string(value.GetString(), value.GetStringLength()));
  }
  return list;
}

}  // namespace berth::tools
