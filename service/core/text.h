#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace berth::core {

bool is_valid_utf8(std::string_view text);

/// Replaces every byte that is not part of a valid UTF-8 sequence by U+FFFD. Text from a program
/// goes through here before it enters JSON, an event or a log.
std::string to_valid_utf8(std::string_view text);

/// Program output as an agent should read it: valid UTF-8, terminal control sequences (CSI, OSC,
/// other escapes) removed, `\r` progress rewritten to its last state, other control characters but
/// tab and newline dropped.
std::string to_readable_text(std::string_view output);

/// Whether a byte of UTF-8 goes on with a character that an earlier one has begun.
constexpr bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// What every MCP client takes for a name: 1 to 64 letters, digits, `_` and `-`.
bool is_plain_name(std::string_view text);

/// The first line of a text for a list, within `max_bytes` of whole characters; ` …` stands for the
/// rest.
std::string first_line(std::string_view text, std::size_t max_bytes);

/// Head and tail of an output within `limit` bytes: the first third from the head, the rest from
/// the tail, cut at line ends where there are any (contract: `max_output_bytes`).
struct HeadTail {
  std::size_t head_bytes = 0;  ///< taken from the start
  std::size_t tail_bytes = 0;  ///< taken from the end
};

/// How much of each end to read for an output of `total` bytes.
HeadTail plan_head_tail(std::size_t total, std::size_t limit);

/// Joins the two raw ends of an output of `total` bytes, with a line between them saying how many
/// bytes were left out. `how_to_read` ends that line (which tool gives the rest).
std::string join_head_tail(std::string_view head, std::string_view tail, std::size_t total,
                           std::string_view how_to_read);

/// Decodes %XX; false if malformed.
bool percent_decode(std::string_view text, std::string& out);
/// Encodes everything but unreserved characters and '/'.
std::string percent_encode(std::string_view text);

/// Compares without leaking where the difference is (tokens).
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace berth::core
