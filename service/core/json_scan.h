#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/core/error.h"

namespace berth::core {

/// Deepest nesting of arrays and objects that any JSON from outside may have.
inline constexpr std::size_t kMaxJsonDepth = 64;

enum class JsonKind { null, boolean, number, string, array, object };

struct JsonMember {
  std::string key;       ///< decoded
  std::string_view raw;  ///< the value's bytes as they came, without surrounding space
  JsonKind kind = JsonKind::null;
};

/// The members of one JSON object, each value sliced from the text it was scanned from: what Berth
/// does not own passes byte for byte. The text must outlive it.
class JsonObject {
 public:
  explicit JsonObject(std::vector<JsonMember> members) : members_(std::move(members)) {}

  const std::vector<JsonMember>& members() const { return members_; }
  const JsonMember* find(std::string_view key) const;
  bool has(std::string_view key) const { return find(key) != nullptr; }

  /// The decoded string, nothing if absent or of another kind.
  std::optional<std::string> string(std::string_view key) const;
  /// The member as an object; nothing if absent, of another kind, or if it has a member twice: the
  /// scan has looked for that in the outermost object only.
  std::optional<JsonObject> object(std::string_view key) const;

 private:
  std::vector<JsonMember> members_;
};

/// Validates `text` as exactly one JSON object (RFC 8259: UTF-8 checked, no lone surrogates,
/// nothing after it, depth <= kMaxJsonDepth, no member twice) and slices its members. Numbers are
/// not interpreted: 2^64 and 1.0 stay as written.
Result<JsonObject> scan_object(std::string_view text);

/// Validates `text` as exactly one JSON array and slices its elements.
Result<std::vector<std::string_view>> scan_array(std::string_view text);

/// Valid JSON without the space between its tokens, and so on one line; nothing else is changed.
std::string compact_json(std::string_view json);

/// Decodes a raw JSON string (with its quotes).
std::string decode_json_string(std::string_view raw);

}  // namespace berth::core
