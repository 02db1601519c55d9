#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "service/core/event_source.h"
#include "service/core/time.h"

namespace berth::core {

/// How the event log is followed. Counts are since the start; rates are of the last second.
struct EventStatistics {
  std::uint64_t subscribers = 0;  ///< now
  std::uint64_t subscribed = 0;
  std::uint64_t published = 0;  ///< events
  std::uint64_t delivered = 0;  ///< an event to a subscriber
  std::uint64_t replayed = 0;   ///< of them, from the store
  std::uint64_t bytes = 0;      ///< sent
  double published_per_second = 0;
  double delivered_per_second = 0;
};

/// What the service says of itself at a moment.
struct ServiceStatus {
  std::string version;
  std::string commit;
  std::int64_t pid = 0;
  Timestamp started_at{};
  Timestamp now{};
  bool settled = false;  ///< what the last run left behind is taken over
  bool stopping = false;
  std::size_t active_sessions = 0;
  std::size_t used_slots = 0;
  std::size_t effective_max_sessions = 0;
  std::size_t warm_terminals = 0;  ///< started in advance, ready for use
  std::size_t queue_depth = 0;
  std::size_t live_jobs = 0;
  std::size_t open_connections = 0;
  std::size_t reconciling_hosts = 0;
  std::uint64_t resident_bytes = 0;
  std::string limits_scope;  ///< for whom the limits of terminals count here
  std::uint64_t stored_commits = 0;
  EventStatistics events;
  std::vector<EventSourceStatus> event_sources;

  bool ready() const { return settled && !stopping; }
};

class StatusSource {
 public:
  virtual ~StatusSource() = default;
  /// Core loop; answers from memory.
  virtual ServiceStatus status() const = 0;
};

}  // namespace berth::core
