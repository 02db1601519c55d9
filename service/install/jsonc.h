#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/core/error.h"
#include "service/core/json_scan.h"
#include "service/install/text_place.h"

/// Reading JSON with comments and trailing commas, as editors keep their settings in, for changing
/// it by splicing text: everything is found by where it stands. Any thread.
namespace berth::install {

struct JsoncMember {
  std::string key;  ///< decoded
  Span key_span;    ///< with its quotes
  Span value;
  core::JsonKind kind = core::JsonKind::null;
  std::optional<std::size_t> comma;  ///< where the comma behind it stands
};

struct JsoncObject {
  Span span;  ///< with its braces
  std::vector<JsoncMember> members;

  /// The first member of that name.
  const JsoncMember* find(std::string_view key) const;
  /// The second one; JSON leaves open which of them counts.
  const JsoncMember* find_again(std::string_view key) const;
};

/// Checks that a whole text is one JSON object with `//` and `/* */` comments and commas behind the
/// last members, in UTF-8, at most core::kMaxJsonDepth deep. Nothing for a text of blanks and
/// comments alone. Errors begin with `LINE:COLUMN: `.
core::Result<std::optional<JsoncObject>> scan_jsonc(std::string_view text);

/// The object or the first element of the array that begins there in a text that was scanned.
JsoncObject object_at(std::string_view text, std::size_t begin);
std::optional<Span> first_element(std::string_view text, Span array);

struct JsoncComment {
  Span span;
  bool to_line_end = false;  ///< `//`
};

/// The comments in a piece of a scanned text that holds no strings.
std::vector<JsoncComment> comments_in(std::string_view text, Span piece);

/// No comments either.
bool is_blank(std::string_view text);

}  // namespace berth::install
