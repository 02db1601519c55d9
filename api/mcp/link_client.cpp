#include "api/mcp/link_client.h"

#include <fmt/format.h>

#include <utility>

#include "service/net/link_frame.h"

namespace berth::api_mcp {

void LinkClient::attach(Sink sink) {
  sink_ = std::make_shared<const Sink>(std::move(sink));
  said_unlinked_.clear();
  std::string frames;
  for (const Sent& sent : unacknowledged_) {
    net::append_message(frames, sent.number, sent.message);
  }
  const auto to = sink_;
  if (!frames.empty()) to->write(std::move(frames));
}

void LinkClient::receive(std::uint64_t number, std::string_view message, core::Caller caller) {
  if (number <= received_) return;
  received_ = number;
  caller.link_key = fmt::format("link:{}", number);
  // A lost link takes nothing back, so the reply needs this object only, which owns the peer.
  peer_.receive(message, caller, [this](mcp::Outgoing outgoing) { take(std::move(outgoing)); });
}

void LinkClient::take(mcp::Outgoing outgoing) {
  if (outgoing.kind == mcp::Outgoing::Kind::nothing) return;
  // A bridge that is away for long must not be drowned in "changed" when it comes back.
  if (!sink_ && outgoing.idempotent && !said_unlinked_.insert(outgoing.text).second) return;
  send(std::move(outgoing.text));
}

void LinkClient::send(std::string message) {
  if (overflowed_) return;
  const std::uint64_t number = ++last_sent_;
  unacknowledged_bytes_ += message.size();
  unacknowledged_.push_back({number, std::move(message)});
  const auto to = sink_;
  if (unacknowledged_bytes_ > max_unacknowledged_) {
    overflowed_ = true;
    unacknowledged_.clear();
    if (to) to->overflowed();
  } else if (to) {
    std::string frame;
    net::append_message(frame, number, unacknowledged_.back().message);
    to->write(std::move(frame));
  }
}

core::Result<void> LinkClient::acknowledge(std::uint64_t number) {
  if (number > last_sent_) {
    return core::fail(core::ErrorCode::invalid_argument,
                      fmt::format("message {} was never sent", number));
  }
  while (!unacknowledged_.empty() && unacknowledged_.front().number <= number) {
    unacknowledged_bytes_ -= unacknowledged_.front().message.size();
    unacknowledged_.pop_front();
  }
  return {};
}

}  // namespace berth::api_mcp
