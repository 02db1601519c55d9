#include "service/mcp/schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "service/core/json.h"
#include "service/core/text.h"

namespace berth::mcp {
namespace {

constexpr std::array<std::string_view, 7> kTypeNames{"null",   "boolean", "integer", "number",
                                                     "string", "array",   "object"};
constexpr std::array<std::string_view, 6> kAnnotations{"x-mcp-header", "title",    "description",
                                                       "default",      "examples", "$schema"};

std::string_view text_of(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

/// JSON Schema counts a string's length in characters, not bytes.
std::uint64_t code_points(std::string_view utf8) {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(utf8, [](char c) { return !core::continues_character(c); }));
}

bool is_integer(const rapidjson::Value& value) {
  return value.IsInt64() || value.IsUint64() ||
         (value.IsDouble() && std::trunc(value.GetDouble()) == value.GetDouble());
}

tl::unexpected<core::Error> bad_schema(const std::string& where, std::string_view problem) {
  return core::fail(core::ErrorCode::invalid_argument, fmt::format("{}: {}", where, problem),
                    where);
}

tl::unexpected<core::Error> bad_value(const std::string& where, std::string_view rule) {
  return core::fail(core::ErrorCode::invalid_argument, fmt::format("{} {}", where, rule), where);
}

}  // namespace

core::Result<Schema> Schema::load(std::string_view json) {
  const auto document = core::parse_json(json);
  if (!document) return core::fail(document.error());
  return load(*document, "schema");
}

core::Result<Schema> Schema::load(const rapidjson::Value& json, const std::string& where) {
  if (!json.IsObject()) return bad_schema(where, "a schema is a JSON object");
  Schema schema;
  for (const auto& [name, value] : json.GetObject()) {
    if (auto loaded = schema.load_keyword(text_of(name), value, where); !loaded) {
      return core::fail(std::move(loaded.error()));
    }
  }
  for (const std::string& name : schema.required_) {
    if (schema.property(name) == nullptr) {
      return bad_schema(where, fmt::format("requires {}, which is no property", name));
    }
  }
  return schema;
}

core::Result<void> Schema::load_keyword(std::string_view keyword, const rapidjson::Value& value,
                                        const std::string& where) {
  if (std::ranges::find(kAnnotations, keyword) != kAnnotations.end()) return {};
  const std::string at = fmt::format("{}.{}", where, keyword);
  if (keyword == "type") return load_type(value, at);
  if (keyword == "enum") return load_enum(value, at);
  if (keyword == "properties") return load_properties(value, at);
  if (keyword == "required") {
    if (!value.IsArray()) return bad_schema(at, "must be an array of names");
    for (const auto& name : value.GetArray()) {
      if (!name.IsString()) return bad_schema(at, "must be an array of names");
      required_.emplace_back(text_of(name));
    }
    return {};
  }
  if (keyword == "additionalProperties" && value.IsBool()) {
    closed_ = !value.GetBool();
    return {};
  }
  if (keyword == "additionalProperties" || keyword == "items") {
    auto inner = load(value, at);
    if (!inner) return core::fail(std::move(inner.error()));
    (keyword == "items" ? items_ : additional_) = std::make_shared<Schema>(std::move(*inner));
    return {};
  }
  if (keyword == "minimum" || keyword == "maximum") {
    if (!value.IsNumber()) return bad_schema(at, "must be a number");
    (keyword == "minimum" ? minimum_ : maximum_) = value.GetDouble();
    return {};
  }
  if (keyword == "minLength" || keyword == "maxLength") {
    if (!value.IsUint64()) return bad_schema(at, "must be a whole number");
    (keyword == "minLength" ? min_length_ : max_length_) = value.GetUint64();
    return {};
  }
  return bad_schema(at, "this keyword is not supported");
}

core::Result<void> Schema::load_type(const rapidjson::Value& value, const std::string& where) {
  const auto load_one = [&](const rapidjson::Value& name) -> core::Result<void> {
    if (!name.IsString()) return bad_schema(where, "must be a type name or an array of them");
    const auto* found = std::ranges::find(kTypeNames, text_of(name));
    if (found == kTypeNames.end())
      return bad_schema(where, "unknown type " + core::write_json(name));
    types_.push_back(static_cast<Type>(found - kTypeNames.begin()));
    return {};
  };
  if (!value.IsArray()) return load_one(value);
  for (const auto& name : value.GetArray()) {
    if (auto loaded = load_one(name); !loaded) return loaded;
  }
  return {};
}

core::Result<void> Schema::load_enum(const rapidjson::Value& value, const std::string& where) {
  if (!value.IsArray() || value.Empty()) return bad_schema(where, "must be an array of values");
  for (const auto& choice : value.GetArray()) {
    if (choice.IsObject() || choice.IsArray())
      return bad_schema(where, "only scalars are supported");
    allowed_.push_back(core::write_json(choice));
  }
  return {};
}

core::Result<void> Schema::load_properties(const rapidjson::Value& value,
                                           const std::string& where) {
  if (!value.IsObject()) return bad_schema(where, "must be an object");
  for (const auto& [name, inner] : value.GetObject()) {
    auto loaded = load(inner, fmt::format("{}.{}", where, text_of(name)));
    if (!loaded) return core::fail(std::move(loaded.error()));
    properties_.emplace_back(text_of(name), std::move(*loaded));
  }
  return {};
}

core::Result<void> Schema::check(const rapidjson::Value& value, std::string_view where) const {
  const std::string path(where);
  if (auto checked = check_type(value, path); !checked) return checked;
  if (auto checked = check_scalar(value, path); !checked) return checked;
  if (value.IsObject()) return check_object(value, path);
  if (value.IsArray() && items_) {
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i) {
      if (auto checked = items_->check(value[i], fmt::format("{}[{}]", where, i)); !checked) {
        return checked;
      }
    }
  }
  return {};
}

bool Schema::fits(Type type, const rapidjson::Value& value) {
  switch (type) {
    case Type::null:
      return value.IsNull();
    case Type::boolean:
      return value.IsBool();
    case Type::integer:
      return is_integer(value);
    case Type::number:
      return value.IsNumber();
    case Type::string:
      return value.IsString();
    case Type::array:
      return value.IsArray();
    case Type::object:
      return value.IsObject();
  }
  return false;
}

core::Result<void> Schema::check_type(const rapidjson::Value& value,
                                      const std::string& where) const {
  if (types_.empty() || std::ranges::any_of(types_, [&](Type t) { return fits(t, value); })) {
    return {};
  }
  std::string wanted;
  for (const Type type : types_) {
    const std::string_view name = kTypeNames.at(static_cast<std::size_t>(type));
    const bool vowel = name.starts_with('i') || name.starts_with('a') || name.starts_with('o');
    wanted += fmt::format("{}{} {}", wanted.empty() ? "" : " or ", vowel ? "an" : "a", name);
  }
  return bad_value(where, "must be " + wanted);
}

core::Result<void> Schema::check_scalar(const rapidjson::Value& value,
                                        const std::string& where) const {
  if (!allowed_.empty() && std::ranges::find(allowed_, core::write_json(value)) == allowed_.end()) {
    return bad_value(where, fmt::format("must be one of {}", fmt::join(allowed_, ", ")));
  }
  if (value.IsNumber()) {
    if (minimum_ && value.GetDouble() < *minimum_) {
      return bad_value(where, fmt::format("must be >= {}", *minimum_));
    }
    if (maximum_ && value.GetDouble() > *maximum_) {
      return bad_value(where, fmt::format("must be <= {}", *maximum_));
    }
  }
  if (value.IsString() && (min_length_ || max_length_)) {
    const std::uint64_t length = code_points(text_of(value));
    if (min_length_ && length < *min_length_) {
      if (*min_length_ == 1) return bad_value(where, "must not be empty");
      return bad_value(where, fmt::format("must have at least {} characters", *min_length_));
    }
    if (max_length_ && length > *max_length_) {
      return bad_value(where, fmt::format("must have at most {} characters", *max_length_));
    }
  }
  return {};
}

core::Result<void> Schema::check_object(const rapidjson::Value& value,
                                        const std::string& where) const {
  for (const std::string& name : required_) {
    const rapidjson::Value key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    if (!value.HasMember(key)) return bad_value(where + "." + name, "is required");
  }
  for (const auto& [name, member] : value.GetObject()) {
    const std::string path = fmt::format("{}.{}", where, text_of(name));
    const Schema* schema = property(text_of(name));
    if (schema == nullptr && closed_) {
      return bad_value(
          path, fmt::format("is not known; known are: {}", fmt::join(property_names(), ", ")));
    }
    if (schema == nullptr) schema = additional_.get();
    if (schema == nullptr) continue;
    if (auto checked = schema->check(member, path); !checked) return checked;
  }
  return {};
}

const Schema* Schema::property(std::string_view name) const {
  for (const auto& [known, schema] : properties_) {
    if (known == name) return &schema;
  }
  return nullptr;
}

std::vector<std::string> Schema::property_names() const {
  std::vector<std::string> names;
  for (const auto& property : properties_) names.push_back(property.first);
  return names;
}

}  // namespace berth::mcp
