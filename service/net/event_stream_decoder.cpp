#include "service/net/event_stream_decoder.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

namespace berth::net {

void EventStreamDecoder::feed(std::string_view bytes, const OnEvent& on_event) {
  for (const char c : bytes) {
    const bool completes_return = std::exchange(after_return_, c == '\r') && c == '\n';
    if (completes_return) continue;
    if (c == '\n' || c == '\r') {
      const std::string line = std::exchange(line_, {});
      take_line(line, on_event);
    } else if (line_.size() + data_.size() < max_event_bytes_) {
      line_ += c;
    } else {
      skipping_ = true;
      data_.clear();
    }
  }
}

void EventStreamDecoder::take_line(std::string_view line, const OnEvent& on_event) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (std::exchange(first_line_, false) && line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
  }
  if (line.empty()) return dispatch(on_event);
  const std::size_t colon = line.find(':');
  if (colon == 0) return;  // a comment
  std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  take_field(line.substr(0, colon), value);
}

void EventStreamDecoder::take_field(std::string_view name, std::string_view value) {
  if (name == "event") {
    type_ = value;
  } else if (name == "data") {
    if (skipping_) return;
    if (std::exchange(has_data_, true)) data_ += '\n';
    data_ += value;
  } else if (name == "id") {
    const bool usable = value.find('\0') == std::string_view::npos && value.size() <= kMaxIdBytes;
    if (usable) id_ = value;
  } else if (name == "retry") {
    std::uint32_t milliseconds = 0;
    const char* const end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, milliseconds);
    if (error == std::errc() && stop == end) retry_ = std::chrono::milliseconds(milliseconds);
  }
}

void EventStreamDecoder::dispatch(const OnEvent& on_event) {
  const auto id = std::exchange(id_, {});
  if (id) last_id_ = *id;
  StreamedEvent event{std::exchange(type_, {}), std::exchange(data_, {}), id.value_or("")};
  if (std::exchange(skipping_, false)) {
    ++too_long_;
    has_data_ = false;
    return;
  }
  if (!std::exchange(has_data_, false)) return;
  if (event.type.empty()) event.type = "message";
  on_event(std::move(event));
}

}  // namespace berth::net
