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
    bool too_long = false;  ///< longer than the bound: `text` is empty, the rest is skipped unseen
  };

  explicit LineReader(std::size_t longest) : longest_(longest) {}

  void feed(std::string_view bytes);

  /// The next line, nothing if more bytes are needed. One that is too long is told as soon as it
  /// is, once.
  std::optional<Line> next();

 private:
  std::optional<Line> too_long(std::size_t end);

  std::size_t longest_;
  std::string buffer_;
  std::size_t begin_ = 0;    // of the line that is being received
  std::size_t scanned_ = 0;  // no newline from begin_ to here
  bool skipping_ = false;    // up to the end of a line that was too long
};

}  // namespace berth::net
