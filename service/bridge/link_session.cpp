#include "service/bridge/link_session.h"

#include <fmt/format.h>

#include "service/core/text.h"

namespace berth::bridge {
namespace {

// Requests of the service that the client has not answered yet; more are refused.
constexpr std::size_t kMaxOpenRequests = 4096;

constexpr std::string_view kResourceSlot = "resource ";

constexpr std::string_view kRestarted = "the service was restarted";

/// Where a message stands in the hidden handshake; empty if it is not part of it.
std::string slot_of(const RpcMessage& message) {
  if (message.method == "initialize" || message.method == "notifications/initialized" ||
      message.method == "logging/setLevel") {
    return message.method;
  }
  if (message.method == "resources/subscribe" || message.method == "resources/unsubscribe") {
    return fmt::format("{}{}", kResourceSlot, member_below(message.params, {"uri"}));
  }
  return {};
}

/// A client that begins its conversation anew, as it does when its user restarts the server.
bool starts_anew(const RpcMessage& message) {
  return message.method == "initialize" || message.method == "server/discover";
}

}  // namespace

LinkSession::LinkSession(std::string client_id, core::Instant now, OutboxLimits limits)
    : client_id_(std::move(client_id)), outbox_(limits), down_since_(now) {}

void LinkSession::from_client(std::string_view line, core::Instant now) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
  const auto message = read_message(line);
  if (!message) {
    const RpcRefusal& refusal = message.error();
    tell_client(error_response(refusal.id, refusal.code, refusal.message));
    return;
  }
  switch (message->kind) {
    case RpcKind::request:
      return request_from_client(*message, line, now);
    case RpcKind::notification:
      return notification_from_client(*message, line, now);
    case RpcKind::response:
      return response_from_client(*message, line, now);
  }
}

void LinkSession::line_too_long(std::string_view id, core::Instant now) {
  const std::string refusal = error_response(
      id, kInvalidRequest,
      fmt::format("the message is larger than {} bytes (32 MiB)", net::kMaxLinkMessage));
  // It was an answer to the service, which would wait for it.
  if (open_requests_.contains(id)) return from_client(refusal, now);
  tell_client(refusal);
}

void LinkSession::request_from_client(const RpcMessage& message, std::string_view text,
                                      core::Instant now) {
  if (sent_away_ && starts_anew(message)) sent_away_.reset();
  if (sent_away_) return refuse(message.id, *sent_away_);
  if (message.method == "initialize") outbox_.clear_slots();
  Outbox::Message kept;
  kept.kind = RpcKind::request;
  kept.id = message.id;
  kept.text = text;
  kept.arrived = now;
  kept.unanswered = true;
  kept.long_lived = message.method == "subscriptions/listen";
  const Outbox::Iterator added = keep(std::move(kept));
  const std::string slot = slot_of(message);
  if (message.method == "resources/unsubscribe") {
    outbox_.clear_slot(slot);
  } else if (!slot.empty()) {
    outbox_.take_slot(added, slot);
  }
}

void LinkSession::notification_from_client(const RpcMessage& message, std::string_view text,
                                           core::Instant now) {
  if (sent_away_) return;
  Outbox::Message kept;
  kept.kind = RpcKind::notification;
  kept.text = text;
  kept.arrived = now;
  const Outbox::Iterator added = keep(std::move(kept));
  if (message.method == "notifications/cancelled") {
    const auto request = outbox_.unanswered(member_below(message.params, {"requestId"}));
    if (request != outbox_.end()) outbox_.cancelled(request, added);
  } else if (const std::string slot = slot_of(message); !slot.empty()) {
    outbox_.take_slot(added, slot);
  }
}

void LinkSession::response_from_client(const RpcMessage& message, std::string_view text,
                                       core::Instant now) {
  // An answer to a request of an epoch that has gone must not meet a new request of the same id.
  const auto request = open_requests_.find(message.id);
  if (request == open_requests_.end()) return;
  open_requests_.erase(request);
  Outbox::Message kept;
  kept.kind = RpcKind::response;
  kept.text = text;
  kept.arrived = now;
  keep(std::move(kept));
}

Outbox::Iterator LinkSession::keep(Outbox::Message message) {
  const Outbox::Iterator added = outbox_.add(std::move(message));
  if (open()) net::append_message(for_service_, added->first, added->second.text);
  return added;
}

void LinkSession::link_opened() {
  state_ = State::greeting;
  net::LinkHello hello;
  hello.client_id = client_id_;
  hello.epoch = epoch_;
  hello.received = received_;
  net::append_bridge_hello(for_service_, hello);
}

void LinkSession::link_lost(core::Instant now) {
  if (state_ == State::open) down_since_ = now;
  state_ = State::down;
  for_service_.clear();
}

core::Result<void> LinkSession::receive(const net::LinkFrame& frame) {
  const bool is_hello = frame.kind == net::LinkFrameKind::hello;
  if (frame.kind == net::LinkFrameKind::goodbye) {
    goodbye_received(frame.json);
    return {};
  }
  if (is_hello != (state_ == State::greeting)) {
    return core::fail(core::ErrorCode::invalid_argument, "hello is the first frame, and only that");
  }
  switch (frame.kind) {
    case net::LinkFrameKind::hello:
      return hello_received(frame.json);
    case net::LinkFrameKind::message:
      message_received(frame);
      break;
    case net::LinkFrameKind::acknowledge:
      return outbox_.acknowledge(frame.number);
    case net::LinkFrameKind::ping:
      net::append_pong(for_service_, frame.number);
      break;
    case net::LinkFrameKind::pong:
    case net::LinkFrameKind::goodbye:
      break;
  }
  return {};
}

core::Result<void> LinkSession::hello_received(std::string_view json) {
  const auto hello = net::parse_hello(json);
  if (!hello) return core::fail(hello.error());
  if (hello->resumed && hello->epoch != epoch_) {
    return core::fail(core::ErrorCode::invalid_argument,
                      "the service resumes an epoch that this bridge does not know");
  }
  if (hello->resumed) {
    if (const auto known = outbox_.acknowledge(hello->received); !known) return known;
  } else {
    begin_epoch(hello->epoch);
  }
  state_ = State::open;
  told_received_ = received_;
  outbox_.for_each_unacknowledged([this](std::uint64_t number, const Outbox::Message& message) {
    net::append_message(for_service_, number, message.text);
  });
  return {};
}

void LinkSession::begin_epoch(const std::string& epoch) {
  epoch_ = epoch;
  received_ = 0;
  swallowed_.clear();
  cancel_requests_of_service(kRestarted);
  Outbox::Replay replay = outbox_.begin_epoch();
  for (auto& [id, slot] : replay.hidden) swallowed_.emplace(std::move(id), std::move(slot));
  for (const std::string& id : replay.lost) {
    refuse(id, fmt::format("{} and this call was too large to be kept for it; it may have been "
                           "carried out",
                           kRestarted));
  }
}

void LinkSession::goodbye_received(std::string_view json) {
  const auto goodbye = net::parse_goodbye(json);
  if (!goodbye || goodbye->reconnect) return;
  sent_away_ = fmt::format(
      "the service closed this connection{}{}; restart this MCP server to "
      "connect again",
      goodbye->reason.empty() ? "" : ": ", goodbye->reason);
  for (const std::string& id : outbox_.clear()) refuse(id, *sent_away_);
  cancel_requests_of_service(goodbye->reason);
}

void LinkSession::message_received(const net::LinkFrame& frame) {
  if (frame.number <= received_) return;
  received_ = frame.number;
  const auto message = read_message(frame.json);
  if (!message) return;  // nothing but valid messages reaches the client
  switch (message->kind) {
    case RpcKind::request:
      return request_from_service(*message, frame.json);
    case RpcKind::response:
      return response_from_service(*message, frame.json);
    case RpcKind::notification:
      if (is_second_acknowledgement(*message)) return listens_again(*message);
      if (message->method == "notifications/cancelled") question_withdrawn(*message);
      return tell_client(frame.json);
  }
}

void LinkSession::request_from_service(const RpcMessage& message, std::string_view text) {
  if (open_requests_.size() >= kMaxOpenRequests) {
    Outbox::Message refusal;
    refusal.kind = RpcKind::response;
    refusal.text = error_response(message.id, kInternalError, "the client answers too slowly");
    keep(std::move(refusal));
    return;
  }
  open_requests_.emplace(message.id);
  tell_client(text);
}

void LinkSession::question_withdrawn(const RpcMessage& cancelled) {
  const auto request = open_requests_.find(member_below(cancelled.params, {"requestId"}));
  if (request != open_requests_.end()) open_requests_.erase(request);
}

void LinkSession::response_from_service(const RpcMessage& message, std::string_view text) {
  if (const auto hidden = swallowed_.find(message.id); hidden != swallowed_.end()) {
    const std::string slot = swallowed_.extract(hidden).mapped();
    if (!message.failed) resubscribed(slot);
    return;
  }
  const Outbox::Iterator request = outbox_.unanswered(message.id);
  if (request == outbox_.end()) return;  // answered already, or given up
  tell_client(text);
  // What the service refused is not part of the handshake.
  if (const std::string slot = request->second.slot; message.failed && !slot.empty()) {
    outbox_.answered(request);
    outbox_.clear_slot(slot);
  } else {
    outbox_.answered(request);
  }
}

/// The acknowledgement of a `subscriptions/listen` that the client has been told of already: its
/// request was sent again to a restarted service.
bool LinkSession::is_second_acknowledgement(const RpcMessage& message) {
  if (message.method != "notifications/subscriptions/acknowledged") return false;
  const auto id = member_below(message.params, {"_meta", "io.modelcontextprotocol/subscriptionId"});
  const Outbox::Iterator request = outbox_.unanswered(id);
  if (request == outbox_.end()) return false;
  return std::exchange(request->second.told, true);
}

/// Nobody watched between two runs of the service: what the client subscribed to may have changed.
void LinkSession::resubscribed(std::string_view slot) {
  if (!slot.starts_with(kResourceSlot)) return;
  tell_client(updated_notification(slot.substr(kResourceSlot.size()), {}));
}

void LinkSession::listens_again(const RpcMessage& acknowledgement) {
  const auto id =
      member_below(acknowledgement.params, {"_meta", "io.modelcontextprotocol/subscriptionId"});
  const auto uris =
      member_below(acknowledgement.params, {"notifications", "resourceSubscriptions"});
  for (const std::string& uri : string_elements(uris)) tell_client(updated_notification(uri, id));
}

void LinkSession::acknowledge() {
  if (!open() || told_received_ == received_) return;
  net::append_acknowledge(for_service_, received_);
  told_received_ = received_;
}

void LinkSession::expire(core::Instant now, std::string_view why) {
  if (!open()) refuse(outbox_.expire(now, down_since_), why);
}

void LinkSession::give_up(std::string_view why) {
  refuse(outbox_.give_up(), why);
}

std::optional<core::Instant> LinkSession::next_expiry() const {
  if (open()) return std::nullopt;
  return outbox_.next_expiry(down_since_);
}

void LinkSession::tell_client(std::string_view json) {
  for_client_.append(json);
  for_client_.push_back('\n');
}

void LinkSession::refuse(std::string_view id, std::string_view why) {
  tell_client(error_response(id, kInternalError, core::to_valid_utf8(why)));
}

void LinkSession::refuse(const std::vector<Outbox::Expired>& requests, std::string_view why) {
  for (const Outbox::Expired& request : requests) {
    refuse(request.id, fmt::format("no answer from the Berth service: {}{}", why,
                                   request.reached_service
                                       ? "; the call had reached it and may have been carried out"
                                       : ""));
  }
}

void LinkSession::cancel_requests_of_service(std::string_view why) {
  for (const std::string& id : open_requests_) tell_client(cancelled_notification(id, why));
  open_requests_.clear();
}

}  // namespace berth::bridge
