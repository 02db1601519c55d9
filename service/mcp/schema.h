#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/core/error.h"

namespace berth::mcp {

/// A JSON Schema of the subset that native and configured tools may use: type, properties,
/// required, additionalProperties, enum (of scalars), minimum, maximum, minLength, maxLength (in
/// code points), items; title, description, default, examples and $schema say nothing about
/// validity. A schema with any other keyword is refused when it is loaded, so that none is silently
/// not checked. Immutable; any thread.
class Schema {
 public:
  static core::Result<Schema> load(std::string_view json);

  /// invalid_argument whose message and field name the value at fault, as a path from `where`
  /// (`arguments.timeout_ms must be >= 0`).
  core::Result<void> check(const rapidjson::Value& value, std::string_view where) const;

  /// The names of the top object's properties, in the schema's order.
  std::vector<std::string> property_names() const;

 private:
  enum class Type { null, boolean, integer, number, string, array, object };
  static bool fits(Type type, const rapidjson::Value& value);

  static core::Result<Schema> load(const rapidjson::Value& json, const std::string& where);
  core::Result<void> load_keyword(std::string_view keyword, const rapidjson::Value& value,
                                  const std::string& where);
  core::Result<void> load_type(const rapidjson::Value& value, const std::string& where);
  core::Result<void> load_enum(const rapidjson::Value& value, const std::string& where);
  core::Result<void> load_properties(const rapidjson::Value& value, const std::string& where);
  core::Result<void> check_type(const rapidjson::Value& value, const std::string& where) const;
  core::Result<void> check_scalar(const rapidjson::Value& value, const std::string& where) const;
  core::Result<void> check_object(const rapidjson::Value& value, const std::string& where) const;
  const Schema* property(std::string_view name) const;

  std::vector<Type> types_;  // one of these; none = any
  std::vector<std::pair<std::string, Schema>> properties_;
  std::vector<std::string> required_;
  bool closed_ = false;                       // additionalProperties: false
  std::shared_ptr<const Schema> additional_;  // additionalProperties: a schema
  std::shared_ptr<const Schema> items_;
  std::vector<std::string> allowed_;  // enum, each value as compact JSON
  std::optional<double> minimum_;
  std::optional<double> maximum_;
  std::optional<std::uint64_t> min_length_;
  std::optional<std::uint64_t> max_length_;
};

}  // namespace berth::mcp
