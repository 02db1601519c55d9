#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <iosfwd>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "service/core/event_source.h"
#include "service/core/events.h"
#include "service/core/store.h"
#include "service/net/event_stream_decoder.h"

namespace berth::events {

/// One event stream elsewhere whose events are taken over.
struct FollowedSource {
  /// Of this service. An event that has passed through it, on whatever way, is not taken again.
  std::string instance_id;
  std::string name;        ///< becomes the events' source
  std::string url;         ///< http or https; certificates are checked against the system's
  std::string token_file;  ///< its first line is sent as bearer token; empty = none
  std::string cursor;      ///< where it was left; empty = nowhere
};

struct SourceLimits {
  std::size_t max_data_bytes = 65'536;  ///< of an event; of a longer one only its size is stored
  std::chrono::milliseconds connect{10'000};
  std::chrono::milliseconds quiet{300'000};  ///< without a byte for so long it is connected anew
  std::chrono::milliseconds first_pause{1'000};  ///< after a failure, doubled up to the longest
  std::chrono::milliseconds longest_pause{30'000};
};

/// Follows one source on a thread of its own, from where it was left, and comes back whenever the
/// connection breaks. What came is given to `store` with the place behind it, and the next is read
/// once that is on the disk: a source is asked for nothing that is stored, and for all that is not.
class SourceFollower {
 public:
  using Stored = std::function<void(core::Result<void>)>;
  /// Stores all or nothing and then calls `stored`, on any thread, perhaps never. Called on the
  /// follower's thread.
  using Store = std::function<void(std::vector<core::EventRecord> events,
                                   core::EventSourceRecord place, Stored stored)>;

  SourceFollower(FollowedSource source, SourceLimits limits, Store store);
  /// Joins the thread: waits at most for a connection that is being made (SourceLimits::connect).
  ~SourceFollower();
  SourceFollower(const SourceFollower&) = delete;
  SourceFollower& operator=(const SourceFollower&) = delete;

  /// Nothing is stored any more. Does not wait for the thread. Any thread.
  void stop();
  core::EventSourceStatus status() const;  ///< any thread

 private:
  struct Shared;

  void run();
  /// Until the connection ends; why it did.
  std::string follow();
  std::string read(std::istream& stream);
  core::Result<void> store_batch();
  std::optional<core::EventRecord> record_of(net::StreamedEvent event) const;

  const FollowedSource source_;
  const SourceLimits limits_;
  const Store store_;
  std::string cursor_;     // behind what is stored
  std::string sent_from_;  // the instance at the other end; empty: no Berth
  net::EventStreamDecoder decoder_;
  std::vector<core::EventRecord> batch_;
  std::mt19937 random_;
  std::shared_ptr<Shared> shared_;  // with those who ask, stop, or have stored
  std::thread thread_;              // last: it uses all of the above
};

}  // namespace berth::events
