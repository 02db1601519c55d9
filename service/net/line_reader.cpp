#include "service/net/line_reader.h"

namespace berth::net {
namespace {

// A buffer that one huge line has grown is given back once that line is through.
constexpr std::size_t kKeptCapacity = 1U << 20U;

}  // namespace

void LineReader::feed(std::string_view bytes) {
  if (begin_ == buffer_.size()) {
    buffer_.clear();
    if (buffer_.capacity() > kKeptCapacity) buffer_.shrink_to_fit();
  } else if (begin_ > 0) {
    buffer_.erase(0, begin_);
  }
  scanned_ -= begin_;
  begin_ = 0;
  buffer_.append(bytes);
}

std::optional<LineReader::Line> LineReader::next() {
  if (too_long_) return next_part();
  const std::size_t end = buffer_.find('\n', scanned_);
  const std::size_t have = (end == std::string::npos ? buffer_.size() : end) - begin_;
  if (have > longest_) return next_part();
  if (end == std::string::npos) {
    scanned_ = buffer_.size();
    return std::nullopt;
  }
  const Line line{std::string_view(buffer_).substr(begin_, have), false, true};
  begin_ = end + 1;
  scanned_ = begin_;
  return line;
}

std::optional<LineReader::Line> LineReader::next_part() {
  if (begin_ == buffer_.size()) return std::nullopt;
  const std::size_t end = buffer_.find('\n', begin_);
  const bool complete = end != std::string::npos;
  const std::string_view part =
      std::string_view(buffer_).substr(begin_, complete ? end - begin_ : std::string_view::npos);
  too_long_ = !complete;
  begin_ = complete ? end + 1 : buffer_.size();
  scanned_ = begin_;
  return Line{part, true, complete};
}

}  // namespace berth::net
