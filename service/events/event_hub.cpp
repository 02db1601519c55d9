#include "service/events/event_hub.h"

#include <algorithm>
#include <utility>

#include "service/events/gzip.h"

namespace berth::events {
namespace {

using namespace std::chrono_literals;

/// A page is compressed as a whole, where it was read.
void compress(core::EventText& events) {
  if (events.ends.empty()) return;
  std::string compressed;
  append_gzip(compressed, events.text);
  events.ends = {{events.ends.back().id, compressed.size()}};
  events.text = std::move(compressed);
}

}  // namespace

EventHub::EventHub(loop::Loop& loop, core::EventHistory& history, CommittedMailbox& mailbox,
                   HubOptions options)
    : loop_(loop),
      history_(history),
      mailbox_(mailbox),
      options_(options),
      ring_(history.last_id(), options.ring_bytes),
      round_(loop),
      heartbeat_(loop),
      rates_(loop) {
  mailbox_.set_wake([this, weak = std::weak_ptr(self_)] {
    loop_.post([weak] {
      if (const auto self = weak.lock()) (*self)->take_mail();
    });
  });
  heartbeat_.start_repeating(options_.heartbeat, [this] { beat(); });
  rates_.start_repeating(1s, [this] { take_rates(); });
}

EventHub::~EventHub() {
  mailbox_.set_wake(nullptr);
}

EventHub::Handle EventHub::subscribe(Subscription subscription, std::unique_ptr<Outlet> outlet,
                                     Ended ended) {
  listen();
  Subscriber::Source& source = *this;
  const auto subscriber =
      std::make_shared<Subscriber>(ring_, source, std::move(subscription), std::move(outlet));
  members_.push_back({subscriber, std::move(ended), {}});
  ++counters_.subscribed;
  find_start(subscriber);
  return subscriber;
}

void EventHub::listen() {
  seconds_alone_ = 0;
  if (std::exchange(listening_, true)) return;
  mailbox_.set_listening(true);
  take_mail();  // what was committed meanwhile is skipped
}

void EventHub::find_start(const std::shared_ptr<Subscriber>& subscriber) {
  const Subscription& wanted = subscriber->subscription();
  if (wanted.place.after) {
    // The store may know of events that are still on their way here.
    return subscriber->start(*wanted.place.after, *wanted.place.after > history_.last_id());
  }
  if (!wanted.place.since) return subscriber->start(wanted.asked_at.value_or(ring_.tail()));
  history_.last_before(*wanted.place.since, [&loop = loop_, weak = std::weak_ptr(subscriber)](
                                                const core::Result<std::int64_t>& found) {
    loop.post([weak, found] {
      const auto self = weak.lock();
      if (!self) return;
      self->start(found ? *found : 0);
      if (!found) self->end();
    });
  });
}

void EventHub::read_page(Subscriber& subscriber) {
  waiting_readers_.push_back(subscriber.weak_from_this());
  begin_reads();
}

/// In turn, a page for each.
void EventHub::begin_reads() {
  while (reads_ < options_.max_reads && !waiting_readers_.empty()) {
    const auto subscriber = waiting_readers_.front().lock();
    waiting_readers_.pop_front();
    if (!subscriber || subscriber->ended()) continue;
    ++reads_;
    const Subscription& wanted = subscriber->subscription();
    const bool lines = wanted.encoding == Encoding::json_lines;
    const bool compressed = wanted.encoding == Encoding::server_sent_gzip;
    history_.read(subscriber->cursor(), wanted.filter,
                  lines ? core::EventFormat::json_lines : core::EventFormat::server_sent,
                  options_.page_bytes,
                  [&loop = loop_, hub = std::weak_ptr(self_), weak = std::weak_ptr(subscriber),
                   compressed](core::Result<core::EventPage> read) {
                    core::Result<Subscriber::Page> page = Subscriber::Page();
                    if (read) {
                      page->events = read->events.ends.size();
                      if (compressed) compress(read->events);
                      page->found = *std::move(read);
                    } else {
                      page = core::fail(std::move(read.error()));
                    }
                    loop.post([hub, weak, page = std::move(page)]() mutable {
                      if (const auto self = hub.lock()) {
                        --(*self)->reads_;
                        (*self)->begin_reads();
                      }
                      if (const auto self = weak.lock()) self->take_page(std::move(page));
                    });
                  });
  }
}

void EventHub::take_mail() {
  CommittedMailbox::Mail mail = mailbox_.take();
  if (mail.skip_to > 0) ring_.skip_to(mail.skip_to);
  for (const auto& batch : mail.batches) ring_.append(*batch);
  pump_when_due();
}

void EventHub::pump_when_due() {
  using std::chrono::steady_clock;
  const auto begin = steady_clock::now();
  if (begin < next_round_) {
    if (!round_.active()) {
      round_.start(std::chrono::ceil<core::Milliseconds>(next_round_ - begin),
                   [this] { pump_when_due(); });
    }
    return;
  }
  pump_all();
  const auto took = steady_clock::now() - begin;
  next_round_ = took < 1ms ? begin : begin + 2 * took;
}

void EventHub::pump_all() {
  // By index: an outlet that closes is swept later, but a new member may come meanwhile.
  for (std::size_t i = 0; i < members_.size(); ++i) members_[i].subscriber->pump();
}

void EventHub::ended(Subscriber& subscriber, std::string_view why) {
  const auto member = std::ranges::find_if(
      members_, [&](const Member& each) { return each.subscriber.get() == &subscriber; });
  if (member == members_.end()) return;
  count(*member);
  if (const auto callback = std::exchange(member->ended, nullptr)) {
    callback(why, subscriber.totals());
  }
  if (std::exchange(sweeping_, true)) return;
  loop_.defer([weak = std::weak_ptr(self_)] {
    if (const auto self = weak.lock()) (*self)->sweep();
  });
}

/// Outside of the subscribers' own calls.
void EventHub::sweep() {
  sweeping_ = false;
  std::erase_if(members_, [](const Member& each) { return each.subscriber->ended(); });
}

void EventHub::beat() {
  for (std::size_t i = 0; i < members_.size(); ++i) members_[i].subscriber->beat();
}

void EventHub::end_all() {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    members_[i].subscriber->pump();
    members_[i].subscriber->end();
  }
}

void EventHub::count(Member& member) {
  const SubscriberTotals& totals = member.subscriber->totals();
  counters_.delivered += totals.events - member.counted.events;
  counters_.replayed += totals.replayed - member.counted.replayed;
  counters_.bytes += totals.bytes - member.counted.bytes;
  member.counted = totals;
}

core::EventStatistics EventHub::statistics() {
  for (Member& member : members_) count(member);
  core::EventStatistics now = counters_;
  now.subscribers = members_.size();
  now.published = mailbox_.total();
  return now;
}

void EventHub::take_rates() {
  const core::EventStatistics now = statistics();
  counters_.published_per_second = static_cast<double>(now.published - last_second_.published);
  counters_.delivered_per_second = static_cast<double>(now.delivered - last_second_.delivered);
  last_second_ = now;
  if (listening_ && members_.empty() && ++seconds_alone_ > options_.listens_alone) {
    listening_ = false;
    mailbox_.set_listening(false);
  }
  const std::lock_guard lock(shown_mutex_);
  shown_ = statistics();
}

core::EventStatistics EventHub::recent_statistics() const {
  const std::lock_guard lock(shown_mutex_);
  return shown_;
}

}  // namespace berth::events
