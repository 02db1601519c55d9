#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/core/cancellation.h"
#include "service/mcp/outgoing.h"

namespace berth::mcp {

class CallRef;
class Listening;

/// The requests of one client that are being worked on. A cancelled request leaves at once, so its
/// late result finds nothing here and its id is free again. Core loop; held by its peer, weakly by
/// everything that answers.
class Calls : public std::enable_shared_from_this<Calls> {
 public:
  struct Call {
    MessageId id;
    std::shared_ptr<core::Cancellation> cancel;
    Reply reply;
    std::uint64_t serial = 0;                ///< tells a late result from a later call of this id
    std::optional<double> progress{};        ///< the last that was told
    std::shared_ptr<Listening> listening{};  ///< of `subscriptions/listen`: ends with the call
    std::vector<MessageId> questions{};      ///< requests to the client that it has not answered

    /// The last word on a call that was taken out of the calls. What the client was asked for it
    /// needs no answer any more, and it is told so first.
    void end(Outgoing last) const;
  };

  bool contains(const MessageId& id) const { return calls_.contains(id.key); }
  std::size_t size() const { return calls_.size(); }

  /// The id must not be contained.
  CallRef add(const MessageId& id, std::shared_ptr<core::Cancellation> cancel, Reply reply);
  std::optional<Call> take(const MessageId& id);
  std::optional<Call> take_any();
  /// Of `subscriptions/listen`.
  std::optional<Call> take_any_listening();

 private:
  friend class CallRef;

  /// Valid until the next change. Null if there is none.
  Call* find(const MessageId& id, std::uint64_t serial);

  std::map<std::string, Call> calls_;  // by the id's key
  std::uint64_t next_serial_ = 1;
};

/// One request in flight, for whoever works on it. Nothing reaches the client any more once the
/// request was answered or cancelled, or its client is gone. A copy means the same request. Core
/// loop; everything that is sent may destroy the peer.
class CallRef {
 public:
  CallRef(std::weak_ptr<Calls> calls, MessageId id, std::uint64_t serial)
      : calls_(std::move(calls)), id_(std::move(id)), serial_(serial) {}

  const MessageId& id() const { return id_; }
  bool is_open() const;

  /// Goes before the answer.
  void tell(Outgoing message) const;
  /// Likewise, a request to the client, which is withdrawn if the call ends first.
  void ask(const MessageId& question, std::string_view method, std::string_view params) const;
  /// The client has answered it.
  void answered(const MessageId& question) const;
  /// The answer, which ends it.
  void answer(const RpcResult<std::string>& result) const;

  /// Whether that is further than what was told before, and the request is open.
  bool advance(double progress) const;
  /// Keeps it as long as the request is open.
  void hold(std::shared_ptr<Listening> listening) const;

 private:
  Calls::Call* find() const;

  std::weak_ptr<Calls> calls_;
  MessageId id_;
  std::uint64_t serial_;
};

}  // namespace berth::mcp
