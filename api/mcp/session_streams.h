#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>

#include "api/mcp/event_stream.h"
#include "service/mcp/revision.h"

namespace berth::api_mcp {

/// The event streams of one handshake session over HTTP, and what its client can come back to. Loop
/// thread.
class SessionStreams {
 public:
  /// Answers that are remembered once they are complete, in number and bytes; the newest always is.
  static constexpr std::size_t kMaxEnded = 32;
  static constexpr std::size_t kMaxEndedBytes = std::size_t{1} << 20U;

  explicit SessionStreams(loop::Loop& loop) : loop_(loop) {}

  /// For what a POST leads to.
  std::shared_ptr<EventStream> for_answer(std::optional<mcp::Revision> revision);
  /// For what belongs to no request. What its client missed is told anew on the next one.
  std::shared_ptr<EventStream> for_listening(std::optional<mcp::Revision> revision);

  /// Whether the id is one of for_listening().
  static bool is_listening(const EventPosition& position);
  /// The stream of an answer; null if it is not remembered.
  std::shared_ptr<EventStream> find(const EventPosition& position) const;
  /// Lets the oldest of those go that are complete, down to the bounds.
  void forget();

 private:
  std::shared_ptr<EventStream> make(char kind, std::optional<mcp::Revision> revision,
                                    std::size_t max_kept_bytes);

  loop::Loop& loop_;
  std::uint64_t next_ = 1;
  std::deque<std::shared_ptr<EventStream>> answers_;  // oldest first
};

}  // namespace berth::api_mcp
