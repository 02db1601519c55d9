#include "api/mcp/link.h"

#include <utility>

namespace berth::api_mcp {

Link::Link(loop::Loop& loop, http::Upgraded upgraded, const LinkLimits& limits, Events events)
    : limits_(limits),
      events_(std::move(events)),
      stream_(std::move(upgraded), limits.pending_bytes),
      timer_(loop) {}

void Link::start() {
  timer_.start(limits_.hello, [this] { drop("no hello in time"); });
  stream_.start([this](std::string_view bytes) { take(bytes); },
                [this](const std::optional<core::Error>& error) {
                  end(error ? error->message : "the link broke", false);
                });
}

void Link::write(std::string frames) {
  if (!listens() || frames.empty()) return;
  const auto self = shared_from_this();
  if (!stream_.write(std::move(frames))) drop("the bridge does not read");
}

void Link::close(const std::string& reason, bool reconnect) {
  if (!listens()) return;
  state_ = State::closing;
  std::string frame;
  net::append_goodbye(frame, {reason, reconnect});
  const auto self = shared_from_this();
  stream_.write_last(std::move(frame));
  if (state_ != State::closing) return;  // it was broken already
  timer_.start(limits_.goodbye, [this] { drop("the bridge did not close"); });
}

void Link::end(const std::string& reason, bool said) {
  if (state_ == State::ended) return;
  state_ = State::ended;
  const auto self = shared_from_this();
  timer_.cancel();
  stream_.close();
  events_.ended(reason, said);
}

void Link::take(std::string_view bytes) {
  const auto self = shared_from_this();
  if (!listens()) return;
  decoder_.feed(bytes);
  bool any = false;
  while (listens()) {
    const auto frame = decoder_.next();
    if (!frame) return drop(frame.error().message);
    if (!*frame) break;
    any = true;
    if (state_ == State::greeting) {
      take_first(**frame);
    } else {
      take_frame(**frame);
    }
  }
  if (any && listens()) events_.batch_read();
}

void Link::take_first(const net::LinkFrame& frame) {
  if (frame.kind != net::LinkFrameKind::hello) return drop("the first frame is no hello");
  const auto hello = net::parse_hello(frame.json);
  if (!hello && hello.error().code == core::ErrorCode::unsupported) {
    return close(hello.error().message, false);  // coming back would not help
  }
  if (!hello) return drop(hello.error().message);
  state_ = State::open;
  timer_.cancel();
  events_.hello(*hello);
}

void Link::take_frame(const net::LinkFrame& frame) {
  switch (frame.kind) {
    case net::LinkFrameKind::hello:
      return drop("a second hello");
    case net::LinkFrameKind::message:
      return events_.message(frame.number, frame.json);
    case net::LinkFrameKind::acknowledge:
      return events_.acknowledged(frame.number);
    case net::LinkFrameKind::ping: {
      std::string pong;
      net::append_pong(pong, frame.number);
      return write(std::move(pong));
    }
    case net::LinkFrameKind::pong:
      return;
    case net::LinkFrameKind::goodbye: {
      const auto goodbye = net::parse_goodbye(frame.json);
      const bool told = goodbye && !goodbye->reason.empty();
      return end(told ? goodbye->reason : "closed by the bridge", true);
    }
  }
}

}  // namespace berth::api_mcp
