#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "service/core/event_history.h"
#include "service/core/status.h"
#include "service/core/time.h"
#include "service/events/committed_mailbox.h"
#include "service/events/event_ring.h"
#include "service/events/subscriber.h"
#include "service/loop/loop.h"
#include "service/loop/timer.h"

namespace berth::events {

struct HubOptions {
  std::size_t ring_bytes = std::size_t{8} << 20U;  ///< of recent events, for all subscribers
  std::size_t page_bytes = std::size_t{128} << 10U;
  std::size_t max_reads = 4;  ///< pages that are read at once
  core::Milliseconds heartbeat{15'000};
  int listens_alone = 30;  ///< seconds, for somebody who comes back
};

/// Sends every event to all its subscribers, from wherever each of them is. Its loop's thread, but
/// for what says otherwise.
class EventHub final : private Subscriber::Source {
 public:
  using Ended = std::function<void(std::string_view why, const SubscriberTotals& totals)>;

  /// A subscriber for whoever made it; what it names may have gone.
  using Handle = std::weak_ptr<Subscriber>;

  /// `history` and `mailbox` must outlive it; reads that are under way may outlive it.
  EventHub(loop::Loop& loop, core::EventHistory& history, CommittedMailbox& mailbox,
           HubOptions options);
  ~EventHub();
  EventHub(const EventHub&) = delete;
  EventHub& operator=(const EventHub&) = delete;

  /// `ended` is called once, when the outlet has closed.
  Handle subscribe(Subscription subscription, std::unique_ptr<Outlet> outlet, Ended ended);
  /// Sends what is there and closes all outlets.
  void end_all();

  /// Of the last event that was committed. Any thread.
  std::int64_t last_id() const { return history_.last_id(); }

  core::EventStatistics statistics();
  /// The same as of the last second, at most. Any thread.
  core::EventStatistics recent_statistics() const;

 private:
  struct Member {
    std::shared_ptr<Subscriber> subscriber;
    Ended ended;
    SubscriberTotals counted;  // in the hub's counters already
  };

  void read_page(Subscriber& subscriber) override;
  void ended(Subscriber& subscriber, std::string_view why) override;

  void find_start(const std::shared_ptr<Subscriber>& subscriber);
  void begin_reads();
  void take_mail();
  void pump_all();
  /// A round to thousands takes milliseconds: the next waits as long again, so that what comes
  /// meanwhile goes out with one write each and others have the processor, too.
  void pump_when_due();
  void sweep();
  void beat();
  void take_rates();
  /// Recent events are kept only while somebody follows them, and a little longer.
  void listen();
  void count(Member& member);

  loop::Loop& loop_;
  core::EventHistory& history_;
  CommittedMailbox& mailbox_;
  HubOptions options_;
  EventRing ring_;
  std::vector<Member> members_;
  std::deque<std::weak_ptr<Subscriber>> waiting_readers_;
  std::size_t reads_ = 0;
  bool sweeping_ = false;  // has been asked for
  bool listening_ = false;
  int seconds_alone_ = 0;
  core::EventStatistics counters_;
  core::EventStatistics last_second_;
  mutable std::mutex shown_mutex_;
  core::EventStatistics shown_;  // guarded by shown_mutex_
  std::chrono::steady_clock::time_point next_round_{};
  loop::Timer round_;  // while one is waited for
  loop::Timer heartbeat_;
  loop::Timer rates_;
  std::shared_ptr<EventHub*> self_ = std::make_shared<EventHub*>(this);  // null once it has gone
};

}  // namespace berth::events
