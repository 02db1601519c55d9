#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "service/core/cancellation.h"
#include "service/mcp/message.h"

namespace berth::mcp {

/// Something to be sent to the client because of one message it sent.
struct Outgoing {
  enum class Kind {
    notification,  ///< goes before the response
    response,      ///< a result or an error; the last
    nothing,       ///< no response will come: it was a notification, or it was cancelled; the last
  };
  Kind kind = Kind::nothing;
  std::string text;    ///< one message in one line; of a batch, an array
  int error_code = 0;  ///< of an error response
  /// The message itself was refused; its method was not reached. HTTP says so in the status.
  bool refused = false;
  /// Says nothing new while an equal one has not reached the client: one of them is enough.
  bool idempotent = false;
};

/// Takes everything that one message leads to, in order; core loop. It may destroy the peer.
using Reply = std::function<void(Outgoing)>;

class Listening;

/// The requests of one client that are being worked on. A cancelled request leaves at once, so its
/// late result finds nothing here and its id is free again.
class Calls {
 public:
  struct Call {
    MessageId id;
    std::shared_ptr<core::Cancellation> cancel;
    Reply reply;
    std::uint64_t serial = 0;        ///< tells a late result from a new request with the same id
    std::optional<double> progress;  ///< the last that was told
    std::shared_ptr<Listening> listening{};  ///< of `subscriptions/listen`: ends with the call
  };

  bool contains(const MessageId& id) const { return calls_.contains(id.key); }
  std::size_t size() const { return calls_.size(); }

  /// Returns the serial. The id must not be contained.
  std::uint64_t add(Call call);
  std::optional<Call> take(const MessageId& id);
  /// Only the request that was given this serial.
  std::optional<Call> take(const MessageId& id, std::uint64_t serial);
  /// Valid until the next change. Null if there is none.
  Call* find(const MessageId& id, std::uint64_t serial);
  std::optional<Call> take_any();
  /// Of `subscriptions/listen`.
  std::optional<Call> take_any_listening();

 private:
  std::map<std::string, Call> calls_;  // by the id's key
  std::uint64_t next_serial_ = 1;
};

}  // namespace berth::mcp
