#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace berth::net {

/// Cuts a byte stream into newline-terminated lines of bounded length: stdio MCP and the bridge
/// link. Holds at most one line and what one feed() brought. One thread.
class LineReader {
 public:
  struct Line {
    std::string_view text;  ///< without its newline; valid until the reader is touched again
    bool too_long = false;  ///< longer than the bound: it comes in parts, as its bytes do
    bool complete = true;   ///< false: more of the same line follows
  };

  explicit LineReader(std::size_t longest) : longest_(longest) {}

  void feed(std::string_view bytes);

  /// The next line, nothing if more bytes are needed. Of one that is too long what is there.
  std::optional<Line> next();

 private:
  std::optional<Line> next_part();

  std::size_t longest_;
  std::string buffer_;
  std::size_t begin_ = 0;    // of the line that is being received
  std::size_t scanned_ = 0;  // no newline from begin_ to here
  bool too_long_ = false;    // what is received is the rest of a line that is too long
};

}  // namespace berth::net
