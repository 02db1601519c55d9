#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/bridge/outbox.h"
#include "service/bridge/rpc_message.h"
#include "service/core/error.h"
#include "service/core/time.h"
#include "service/net/link_frame.h"

namespace berth::bridge {

/// What a bridge remembers of its client's conversation so that the client never notices a break or
/// a restart of the service: the client side of berth-bridge/1 (service/net/link_frame.h) without
/// sockets and clocks. Messages go in by from_client() and receive(); what is to be written piles
/// up in two buffers that the owner takes after each call. One thread.
class LinkSession {
 public:
  LinkSession(std::string client_id, core::Instant now, OutboxLimits limits = {});

  const std::string& client_id() const { return client_id_; }

  // The client's side.

  /// One line of the client's stdin, without its newline. Empty lines are ignored.
  void from_client(std::string_view line, core::Instant now);
  /// A line over net::kMaxLinkMessage was skipped; `id` is that of the message, raw JSON, empty if
  /// it has none. Whoever waits for it or for its answer is told.
  void line_too_long(std::string_view id, core::Instant now);
  /// False while the service is too far behind: read no more from the client.
  bool wants_input() const { return outbox_.has_room(); }

  // The link's side.

  /// A link was opened: says hello. Messages flow once the service's hello was received.
  void link_opened();
  /// Takes one frame. An error is a breach of the protocol: drop the link.
  core::Result<void> receive(const net::LinkFrame& frame);
  /// Acknowledges what was received since the last call, if anything.
  void acknowledge();
  /// Messages received since then.
  std::uint64_t unacknowledged() const { return open() ? received_ - told_received_ : 0; }
  void link_lost(core::Instant now);
  bool open() const { return state_ == State::open; }
  /// A client waits for an answer: worth starting a service for.
  bool has_waiting_requests() const { return outbox_.has_waiting_requests(); }

  /// False after a goodbye with reconnect:false. All requests are answered with its reason until
  /// the client starts anew by `initialize` or `server/discover`.
  bool wants_link() const { return !sent_away_; }

  // Time.

  /// Answers what has waited too long for a service; `why` says what is wrong with it.
  void expire(core::Instant now, std::string_view why);
  /// Answers all that waits, now: the service can't be had, or the client will not wait.
  void give_up(std::string_view why);
  /// While no service is to be expected, messages wait for `most` instead of the limits' times;
  /// Milliseconds::max() = as long as those.
  void limit_hold(core::Milliseconds most) { outbox_.limit_hold(most); }
  /// When expire() has something to do; nothing while the link is open or nothing waits.
  std::optional<core::Instant> next_expiry() const;

  // What is to be written.

  std::string take_for_service() { return std::exchange(for_service_, {}); }
  /// Messages with their newlines.
  std::string take_for_client() { return std::exchange(for_client_, {}); }

 private:
  enum class State { down, greeting, open };

  void request_from_client(const RpcMessage& message, std::string_view text, core::Instant now);
  void notification_from_client(const RpcMessage& message, std::string_view text,
                                core::Instant now);
  void response_from_client(const RpcMessage& message, std::string_view text, core::Instant now);
  Outbox::Iterator keep(Outbox::Message message);

  core::Result<void> hello_received(std::string_view json);
  void message_received(const net::LinkFrame& frame);
  void request_from_service(const RpcMessage& message, std::string_view text);
  void question_withdrawn(const RpcMessage& cancelled);
  void response_from_service(const RpcMessage& message, std::string_view text);
  bool is_second_acknowledgement(const RpcMessage& message);
  void resubscribed(std::string_view slot);
  void listens_again(const RpcMessage& acknowledgement);
  void begin_epoch(const std::string& epoch);
  void goodbye_received(std::string_view json);

  void tell_client(std::string_view json);
  void refuse(std::string_view id, std::string_view why);
  void refuse(const std::vector<Outbox::Expired>& requests, std::string_view why);
  void cancel_requests_of_service(std::string_view why);

  std::string client_id_;
  Outbox outbox_;
  State state_ = State::down;
  core::Instant down_since_;
  std::optional<std::string> sent_away_;  // why the service wants no link

  std::string epoch_;
  std::uint64_t received_ = 0;
  std::uint64_t told_received_ = 0;
  std::multimap<std::string, std::string, std::less<>> swallowed_;  // hidden requests: id, slot
  std::set<std::string, std::less<>> open_requests_;                // of the service, at the client

  std::string for_service_;
  std::string for_client_;
};

}  // namespace berth::bridge
