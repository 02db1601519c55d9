#pragma once

#include <cstddef>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "service/core/committed_events.h"
#include "service/core/event_history.h"
#include "service/core/status.h"
#include "service/events/committed_mailbox.h"
#include "service/events/event_hub.h"
#include "service/loop/loop.h"

namespace berth::events {

/// The mailboxes of all hubs: made before the store, which fills them.
class CommittedMailboxes {
 public:
  explicit CommittedMailboxes(std::size_t count);

  /// Any thread.
  void put(const std::shared_ptr<const core::CommittedEvents>& batch);

  std::size_t size() const { return mailboxes_.size(); }
  CommittedMailbox& operator[](std::size_t index) { return *mailboxes_[index]; }

 private:
  std::vector<std::unique_ptr<CommittedMailbox>> mailboxes_;
};

/// A few hubs, each with a loop on a thread of its own and a share of the subscribers: to send to
/// thousands is work for more than one processor. Core loop, but for what says otherwise.
class HubGroup {
  struct Member;

 public:
  /// Hubs that are worth having on this machine.
  static std::size_t useful_size();

  /// A subscriber's place with one of the hubs, until it is destroyed. Core loop; the group must
  /// outlive it.
  class Seat {
   public:
    Seat(Seat&& other) noexcept : member_(std::exchange(other.member_, nullptr)) {}
    Seat& operator=(Seat&& other) noexcept {
      std::swap(member_, other.member_);
      return *this;
    }
    ~Seat();

    loop::Loop& loop() const;
    EventHub& hub() const;  ///< to be used on that loop

   private:
    friend class HubGroup;
    explicit Seat(Member& member);

    Member* member_;
  };

  /// A hub for each mailbox; `options` are those of all together. All must outlive it.
  HubGroup(core::EventHistory& history, CommittedMailboxes& mailboxes, HubOptions options);
  ~HubGroup();
  HubGroup(const HubGroup&) = delete;
  HubGroup& operator=(const HubGroup&) = delete;

  void start();  ///< its threads
  /// With the hub that has the fewest, but a few are together: each thread more that an event wakes
  /// is time that the first waits.
  Seat take_seat();
  /// All that is there is sent, then all outlets are closed. Any thread.
  void end_all();
  void stop();  ///< its threads; blocks

  /// Of the last second, at most. Any thread.
  core::EventStatistics recent_statistics() const;

 private:
  std::vector<std::unique_ptr<Member>> members_;
};

}  // namespace berth::events
