#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "service/bridge/rpc_message.h"
#include "service/core/error.h"
#include "service/core/time.h"

namespace berth::bridge {

struct OutboxLimits {
  /// Bytes that the service has not acknowledged, above which has_room() is false.
  std::size_t unacknowledged_bytes = 64U << 20U;
  /// Bytes of acknowledged messages kept for a restarted service. A request beyond it is answered
  /// with an error after a restart instead of being sent again.
  std::size_t replay_bytes = 64U << 20U;
  /// Messages of the hidden handshake (mostly resource subscriptions); later ones are not restored.
  std::size_t standing_messages = 1024;
  /// How long a message waits for a service that is away.
  core::Milliseconds hold{60'000};
  /// The same for one that comes when the service has been away for nearly `hold` or longer.
  core::Milliseconds least_hold{5'000};
};

/// The client's messages that may still have to be sent, or sent again: those the service has not
/// acknowledged, requests without an answer, and the standing ones that make up the hidden
/// handshake. Each stands in one *slot* ("initialize", "level", one per subscribed resource), where
/// a newer one replaces it. One thread; iterators stay valid until their message is forgotten.
class Outbox {
 public:
  struct Message {
    RpcKind kind = RpcKind::request;
    std::string id;    ///< raw JSON, of a request
    std::string text;  ///< empty: let go for its size
    core::Instant arrived;
    bool unanswered = false;  ///< the client waits for an answer
    bool long_lived = false;  ///< answered only at its end (`subscriptions/listen`): never expires
    bool told = false;        ///< its subscription acknowledgement has reached the client

    // Kept by the outbox.
    std::string slot;
    std::uint64_t cancels = 0;  ///< number of the request that this notification cancels
    bool cancelled = false;     ///< that cancellation is not yet acknowledged
    bool acknowledged = false;  ///< by the current epoch
    bool ever_acknowledged = false;
  };
  using Messages = std::map<std::uint64_t, Message>;
  using Iterator = Messages::iterator;

  explicit Outbox(OutboxLimits limits) : limits_(limits) {}

  /// Gives it the next number.
  Iterator add(Message message);

  /// The unanswered request of that id (raw JSON), else end().
  Iterator unanswered(std::string_view id);
  Iterator end() { return messages_.end(); }
  /// The client has its answer.
  void answered(Iterator request);
  /// The client no longer wants an answer; `notification` says so to the service.
  void cancelled(Iterator request, Iterator notification);

  void take_slot(Iterator message, const std::string& slot);
  void clear_slot(const std::string& slot);
  void clear_slots();

  /// The service has everything up to this number. Error if it was never sent.
  core::Result<void> acknowledge(std::uint64_t number);

  struct Replay {
    /// Requests whose second answer is to be swallowed: id and slot.
    std::vector<std::pair<std::string, std::string>> hidden;
    std::vector<std::string> lost;  ///< ids of unanswered requests that were let go
  };
  /// Nothing is acknowledged any more. Forgets what a service without memory has no use for.
  Replay begin_epoch();

  /// All unacknowledged messages in order. Those cancelled before any service had them are
  /// forgotten first.
  void for_each_unacknowledged(
      const std::function<void(std::uint64_t number, const Message& message)>& send);

  bool has_room() const { return unacknowledged_bytes_ < limits_.unacknowledged_bytes; }
  /// A client waits for a service to answer.
  bool has_waiting_requests() const;

  struct Expired {
    std::string id;
    bool reached_service = false;  ///< it may have been carried out
  };
  /// Forgets what has waited too long for a service that is away since `down_since`.
  std::vector<Expired> expire(core::Instant now, core::Instant down_since);
  /// The same for all that would wait, however long it has.
  std::vector<Expired> give_up();
  /// Messages wait no longer than this, whatever the limits are: no service is to be expected.
  void limit_hold(core::Milliseconds most) { longest_hold_ = most; }
  std::optional<core::Instant> next_expiry(core::Instant down_since) const;

  /// Forgets everything but the numbering; the ids of the unanswered requests.
  std::vector<std::string> clear();

 private:
  void forget_unless_needed(Iterator message);
  Iterator forget(Iterator message);
  void no_longer_unanswered(Iterator request);
  void mark_acknowledged(Message& message);
  void drop_withdrawn();
  std::vector<Expired> forget_waiting(const std::function<bool(const Message&)>& due);
  bool expires(const Message& message) const;
  core::Instant expiry_of(const Message& message, core::Instant down_since) const;

  OutboxLimits limits_;
  core::Milliseconds longest_hold_ = core::Milliseconds::max();
  Messages messages_;                                               // by number
  std::unordered_multimap<std::string, std::uint64_t> unanswered_;  // by id
  std::unordered_map<std::string, std::uint64_t> slots_;
  std::uint64_t last_number_ = 0;
  std::uint64_t acknowledged_ = 0;  // by the current epoch
  std::size_t unacknowledged_bytes_ = 0;
  std::size_t replay_bytes_ = 0;
};

}  // namespace berth::bridge
