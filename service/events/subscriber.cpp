#include "service/events/subscriber.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "service/events/gzip.h"
#include "service/runtime/log.h"

namespace berth::events {
namespace {

/// How long a client waits before it comes back.
constexpr int kRetryMilliseconds = 1'000;
/// What is gathered for one write where a filter leaves events out.
constexpr std::size_t kGatherBytes = std::size_t{64} << 10U;

}  // namespace

Subscriber::Subscriber(EventRing& ring, Source& source, Subscription subscription,
                       std::unique_ptr<Outlet> outlet)
    : ring_(ring),
      source_(source),
      subscription_(std::move(subscription)),
      outlet_(std::move(outlet)),
      all_(subscription_.filter.takes_everything()) {}

void Subscriber::start(std::int64_t after, bool unknown_place) {
  const auto self = shared_from_this();
  owes_caught_up_ = subscription_.place.after || subscription_.place.since;
  owes_truncated_ = unknown_place;
  cursor_ = unknown_place ? 0 : after;
  told_ = cursor_;
  outlet_->open(*this);
  if (subscription_.encoding != Encoding::json_lines) {
    if (subscription_.encoding == Encoding::server_sent_gzip) {
      hand_over(std::string(gzip_header()));
    }
    // With an id to come back with before the first event.
    write(fmt::format("retry: {}\nid: {}\n\n", kRetryMilliseconds, cursor_));
  }
  started_ = true;
  if (unknown_place) {
    reading_ = true;
    return source_.read_page(*this);
  }
  pump();
}

void Subscriber::pump() {
  while (started_ && !blocked_ && !reading_ && !ended_) {
    if (page_) {
      send_page();
    } else if (cursor_ >= ring_.tail()) {
      return tell_caught_up();
    } else if (ring_.reaches(cursor_)) {
      send_recent();
    } else {
      in_ring_ = false;
      reading_ = true;
      source_.read_page(*this);
    }
  }
}

void Subscriber::take_page(core::Result<Page> page) {
  if (ended_) return;
  const auto self = shared_from_this();
  reading_ = false;
  if (!page) {
    runtime::log_warning("events", "a subscriber is cut off: the store can't be read")
        .with("error", page.error().message);
    return end();
  }
  const core::EventPage& found = page->found;
  if (owes_truncated_ || found.removed_to > cursor_) {
    const std::int64_t requested =
        owes_truncated_ ? subscription_.place.after.value_or(0) : cursor_;
    owes_truncated_ = false;
    const std::int64_t oldest = found.oldest_id > 0 ? found.oldest_id : found.removed_to + 1;
    send_control("replay.truncated",
                 fmt::format(R"({{"oldest_id":{},"requested_id":{}}})", oldest, requested));
  }
  page_ = std::make_unique<Page>(*std::move(page));
  page_event_ = 0;
  pump();
}

template <class EndOf>
std::size_t Subscriber::send_whole(std::string_view text, EndOf end_of) {
  std::size_t sent = outlet_->try_write(text);
  if (sent < text.size()) {
    const std::size_t end = end_of(sent);
    blocked_ = !outlet_->queue(std::string(text.substr(sent, end - sent)));
    sent = end;
  }
  totals_.bytes += sent;
  return sent;
}

void Subscriber::send_page() {
  const core::EventText& events = page_->found.events;
  const std::size_t begin = page_event_ == 0 ? 0 : events.ends[page_event_ - 1].offset;
  const std::string_view text = std::string_view(events.text).substr(begin);
  if (!text.empty()) {
    const auto end_at = [&](std::size_t byte) {
      return std::ranges::upper_bound(events.ends, begin + byte, {}, &core::EventText::End::offset);
    };
    const std::size_t sent =
        send_whole(text, [&](std::size_t byte) { return end_at(byte)->offset - begin; });
    const auto next = end_at(sent);
    cursor_ = told_ = std::prev(next)->id;
    page_event_ = static_cast<std::size_t>(next - events.ends.begin());
    if (page_event_ < events.ends.size()) return;
  }
  totals_.events += page_->events;
  totals_.replayed += page_->events;
  cursor_ = std::max(cursor_, page_->found.scanned_to);
  page_.reset();
}

void Subscriber::send_recent() {
  EventRing::Chunk* chunk = in_ring_ ? ring_.chunk(position_) : nullptr;
  if (chunk == nullptr) {
    position_ = ring_.find(cursor_);
    in_ring_ = true;
    chunk = ring_.chunk(position_);
    if (chunk == nullptr) return;
  }
  if (position_.event == chunk->size() && !ring_.is_newest(position_)) {
    position_ = {position_.chunk + 1, 0};
    return;
  }
  // The store may have been ahead of the ring.
  while (position_.event < chunk->size() && chunk->id(position_.event) <= cursor_) {
    ++position_.event;
  }
  if (position_.event == chunk->size()) {
    if (ring_.is_newest(position_)) cursor_ = std::max(cursor_, ring_.tail());
    return;
  }
  if (all_) return send_stretch(*chunk, position_.event, chunk->size());
  if (!send_matching_tail(*chunk)) send_matching(*chunk);
}

void Subscriber::send_stretch(EventRing::Chunk& chunk, std::size_t first, std::size_t last) {
  const Encoding encoding = subscription_.encoding;
  const std::size_t begin = chunk.offset(encoding, first);
  const std::size_t sent = send_whole(chunk.text(encoding, first, last), [&](std::size_t byte) {
    return chunk.offset(encoding, chunk.event_at(encoding, begin + byte) + 1) - begin;
  });
  position_.event = chunk.event_at(encoding, begin + sent);
  totals_.events += position_.event - first;
  cursor_ = told_ = chunk.id(position_.event - 1);
}

/// Most often that is all there is: one event that has just come.
bool Subscriber::send_matching_tail(EventRing::Chunk& chunk) {
  const std::size_t first = position_.event;
  for (std::size_t i = first; i < chunk.size(); ++i) {
    if (!subscription_.filter.matches(core::view_of(chunk.event(i)))) return false;
  }
  send_stretch(chunk, first, chunk.size());
  return true;
}

void Subscriber::send_matching(EventRing::Chunk& chunk) {
  struct Gathered {
    std::size_t event;  // of the chunk
    std::size_t end;    // in the text
  };
  std::string text;
  std::vector<Gathered> gathered;
  std::size_t next = position_.event;
  for (; next < chunk.size() && text.size() < kGatherBytes; ++next) {
    if (!subscription_.filter.matches(core::view_of(chunk.event(next)))) continue;
    text += chunk.text(subscription_.encoding, next, next + 1);
    gathered.push_back({next, text.size()});
  }
  if (!gathered.empty()) {
    const auto end_at = [&](std::size_t byte) {
      return std::ranges::upper_bound(gathered, byte, {}, &Gathered::end);
    };
    const std::size_t sent = send_whole(text, [&](std::size_t byte) { return end_at(byte)->end; });
    const auto unsent = end_at(sent);
    const std::size_t last = std::prev(unsent)->event;
    totals_.events += static_cast<std::size_t>(unsent - gathered.begin());
    told_ = chunk.id(last);
    if (unsent != gathered.end()) next = last + 1;
  }
  position_.event = next;
  cursor_ = chunk.id(next - 1);
}

void Subscriber::tell_caught_up() {
  if (!std::exchange(owes_caught_up_, false)) return;
  send_control("replay.caught_up", fmt::format(R"({{"last_id":{}}})", cursor_));
}

void Subscriber::send_control(std::string_view type, std::string_view data) {
  if (subscription_.encoding == Encoding::json_lines) {
    write(fmt::format("{{\"type\":\"{}\",\"data\":{}}}\n", type, data));
  } else {
    write(fmt::format("event: {}\ndata: {}\n\n", type, data));
  }
}

void Subscriber::write(std::string text) {
  if (subscription_.encoding == Encoding::server_sent_gzip) {
    std::string compressed;
    append_gzip(compressed, text);
    text = std::move(compressed);
  }
  hand_over(std::move(text));
}

void Subscriber::hand_over(std::string text) {
  totals_.bytes += text.size();
  blocked_ = !outlet_->queue(std::move(text));
}

void Subscriber::beat() {
  // Who is held up has something to read, or is looked at by its outlet.
  if (!started_ || blocked_ || reading_ || ended_) return;
  if (subscription_.encoding == Encoding::json_lines) return;
  const auto self = shared_from_this();
  write(cursor_ == told_ ? std::string(":\n\n") : fmt::format(":\nid: {}\n\n", cursor_));
  told_ = cursor_;
}

void Subscriber::end() {
  if (ended_) return;
  const auto self = shared_from_this();
  outlet_->end();
}

void Subscriber::close(std::string_view why) {
  if (ended_) return;
  const auto self = shared_from_this();
  outlet_->close(why);
  outlet_closed(why);  // of one that is not open yet
}

void Subscriber::outlet_ready() {
  const auto self = shared_from_this();
  blocked_ = false;
  pump();
}

void Subscriber::outlet_closed(std::string_view why) {
  if (std::exchange(ended_, true)) return;
  page_.reset();
  source_.ended(*this, why);
}

}  // namespace berth::events
