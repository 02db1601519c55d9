#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <optional>
#include <string>

#include "service/core/error.h"
#include "service/core/execution.h"
#include "service/mcp/tool.h"

namespace berth::tools {

/// A call's progress, as the port takes it.
core::ProgressSink progress_of(const mcp::CallContext& context);

/// Reads arguments that have passed their tool's input schema. Valid as long as the value.
class Arguments {
 public:
  explicit Arguments(const rapidjson::Value& object) : object_(object) {}

  bool has(const char* name) const { return object_.HasMember(name); }
  /// Empty if absent.
  std::string text(const char* name) const;
  bool flag(const char* name, bool fallback) const;
  std::optional<std::int64_t> integer(const char* name) const;
  std::int64_t integer(const char* name, std::int64_t fallback) const;
  core::Milliseconds milliseconds(const char* name, core::Milliseconds fallback) const;
  /// An object of strings; empty if absent.
  core::EnvironmentList environment(const char* name) const;

  /// invalid_argument unless one of the two is there, and only one.
  core::Result<void> exactly_one_of(const char* first, const char* second) const;

  /// No id if absent; the error names the argument.
  template <class Identifier>
  core::Result<Identifier> id(const char* name) const {
    if (!has(name)) return Identifier();
    return Identifier::parse(text(name), std::string("arguments.") + name);
  }

 private:
  const rapidjson::Value& object_;
};

}  // namespace berth::tools
