#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "service/core/event_feed.h"
#include "service/core/event_filter.h"
#include "service/core/event_history.h"
#include "service/events/event_ring.h"
#include "service/events/outlet.h"

namespace berth::events {

/// What somebody wants to be sent.
struct Subscription {
  core::EventFilter filter;
  Encoding encoding = Encoding::server_sent;
  core::EventPlace place;
  /// Where it begins without a place: the last event when it was asked for, which is before it gets
  /// to the hub. None: what comes from then on.
  std::optional<std::int64_t> asked_at;
};

/// What a subscriber was sent in all.
struct SubscriberTotals {
  std::uint64_t events = 0;
  std::uint64_t replayed = 0;  ///< of them, from the store
  std::uint64_t bytes = 0;
};

/// One who follows the events: a place in them, and an outlet that takes what comes after it. What
/// is in the ring is sent from there; who is further behind is sent pages of the store until it has
/// caught up. However slow the outlet is, it delays nobody and nothing is left out. Stream loop.
class Subscriber final : public Outlet::Owner, public std::enable_shared_from_this<Subscriber> {
 public:
  /// What the store has after the subscriber's place, ready to be sent.
  struct Page {
    core::EventPage found;
    std::size_t events = 0;
  };
  /// Who reads it, answers by take_page(), and is told of the end.
  class Source {
   public:
    virtual void read_page(Subscriber& subscriber) = 0;
    virtual void ended(Subscriber& subscriber, std::string_view why) = 0;

   protected:
    ~Source() = default;
  };

  /// `ring` and `source` must outlive it.
  Subscriber(EventRing& ring, Source& source, Subscription subscription,
             std::unique_ptr<Outlet> outlet);

  /// Begins after that event. `unknown_place`: the client named one that was never given; it begins
  /// with what is kept, and is told so.
  void start(std::int64_t after, bool unknown_place = false);
  /// There is something new, or room for it.
  void pump();
  /// Where reading failed the subscriber is cut off, and comes back.
  void take_page(core::Result<Page> page);
  /// A sign of life; one who does not get all events learns how far they have come.
  void beat();
  /// Lets what is queued arrive and closes.
  void end();
  /// Closes at once.
  void close(std::string_view why);

  const Subscription& subscription() const { return subscription_; }
  std::int64_t cursor() const { return cursor_; }
  const SubscriberTotals& totals() const { return totals_; }
  bool ended() const { return ended_; }

  void outlet_ready() override;
  void outlet_closed(std::string_view why) override;

 private:
  /// Sends text that consists of events, of which none is left half: what is cut is queued.
  /// `end_of(byte)`: where in the text the event ends that has that byte. Returns how many bytes
  /// went out.
  template <class EndOf>
  std::size_t send_whole(std::string_view text, EndOf end_of);
  void send_page();
  void send_recent();
  /// The events [first, last), of which at least one is sent.
  void send_stretch(EventRing::Chunk& chunk, std::size_t first, std::size_t last);
  /// False if not all that is left of the chunk matches.
  bool send_matching_tail(EventRing::Chunk& chunk);
  void send_matching(EventRing::Chunk& chunk);
  void tell_caught_up();
  void send_control(std::string_view type, std::string_view data);
  /// Text that is no event.
  void write(std::string text);
  void hand_over(std::string text);

  EventRing& ring_;
  Source& source_;
  Subscription subscription_;
  std::unique_ptr<Outlet> outlet_;
  EventRing::Position position_;  // in the ring, while in_ring_
  std::unique_ptr<Page> page_;
  std::size_t page_event_ = 0;  // the next of the page
  std::int64_t cursor_ = 0;     // every event up to it is done with
  std::int64_t told_ = 0;       // the last id that the client was given
  SubscriberTotals totals_;
  bool all_ = true;  // no filter
  bool started_ = false;
  bool blocked_ = false;
  bool reading_ = false;
  bool in_ring_ = false;
  bool owes_caught_up_ = false;
  bool owes_truncated_ = false;  // whatever the store says
  bool ended_ = false;
};

}  // namespace berth::events
