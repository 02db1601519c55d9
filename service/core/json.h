#pragma once

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "service/core/error.h"
#include "service/core/ids.h"
#include "service/core/time.h"

namespace berth::core {

/// Writes compact JSON in order. Strings must be valid UTF-8 (see to_valid_utf8). One thread.
class JsonWriter {
 public:
  JsonWriter() : writer_(buffer_) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  JsonWriter& begin_object() { return writer_.StartObject(), *this; }
  JsonWriter& end_object() { return writer_.EndObject(), *this; }
  JsonWriter& begin_array() { return writer_.StartArray(), *this; }
  JsonWriter& end_array() { return writer_.EndArray(), *this; }
  JsonWriter& key(std::string_view name) {
    return writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())), *this;
  }

  JsonWriter& value(std::string_view text) {
    return writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size())), *this;
  }
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag) { return writer_.Bool(flag), *this; }
  JsonWriter& value(double number) { return writer_.Double(number), *this; }
  template <std::signed_integral Number>
  JsonWriter& value(Number number) {
    return writer_.Int64(number), *this;
  }
  template <std::unsigned_integral Number>
  requires(!std::same_as<Number, bool>) JsonWriter& value(Number number) {
    return writer_.Uint64(number), *this;
  }
  JsonWriter& value(Timestamp time) { return value(std::string_view(to_rfc3339(time))); }
  template <class Kind>
  JsonWriter& value(const Id<Kind>& id) {
    return value(std::string_view(id.str()));
  }
  JsonWriter& null() { return writer_.Null(), *this; }

  /// `json` must be one valid JSON value; it is copied byte for byte.
  JsonWriter& raw(std::string_view json) {
    return writer_.RawValue(json.data(), json.size(), rapidjson::kObjectType), *this;
  }

  template <class Value>
  JsonWriter& member(std::string_view name, const Value& content) {
    return key(name).value(content);
  }
  /// Leaves the member out when there is no value.
  template <class Value>
  JsonWriter& member(std::string_view name, const std::optional<Value>& content) {
    return content ? key(name).value(*content) : *this;
  }
  JsonWriter& raw_member(std::string_view name, std::string_view json) {
    return key(name).raw(json);
  }

  std::string_view view() const { return {buffer_.GetString(), buffer_.GetSize()}; }
  std::string str() const { return std::string(view()); }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_;
};

/// Parses a whole document with the same strictness as scan_object (json_scan.h). The error names
/// the offset.
Result<rapidjson::Document> parse_json(std::string_view text);

/// A parsed value on one line, without spaces between its tokens.
std::string write_json(const rapidjson::Value& value);

}  // namespace berth::core
