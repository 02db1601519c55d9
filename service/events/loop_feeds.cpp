#include "service/events/loop_feeds.h"

#include <string>
#include <utility>

namespace berth::events {
namespace {

/// The consumer's side. Its loop.
struct Consumer {
  core::EventFeeds::OnEvents on_events;
  core::EventFeeds::OnEnd on_end;
};

/// The hub's side. Its loop.
class FeedOutlet final : public Outlet {
 public:
  FeedOutlet(loop::Loop& consumer_loop, std::weak_ptr<Consumer> consumer)
      : consumer_loop_(consumer_loop), consumer_(std::move(consumer)) {}

  void open(Owner& owner) override { owner_ = &owner; }

  std::size_t try_write(std::string_view text) override {
    if (under_way_) return 0;
    send(std::string(text));
    return text.size();
  }

  bool queue(std::string text) override {
    if (under_way_) {
      waiting_ += text;
      return false;
    }
    send(std::move(text));
    return true;
  }

  void taken() {
    under_way_ = false;
    if (!waiting_.empty()) return send(std::exchange(waiting_, {}));
    if (owner_ != nullptr) owner_->outlet_ready();
  }

  void end() override { close("the service ended it"); }

  void close(std::string_view why) override {
    Owner* owner = std::exchange(owner_, nullptr);
    if (owner == nullptr) return;
    consumer_loop_.post([consumer = consumer_, reason = std::string(why)] {
      if (const auto it = consumer.lock()) it->on_end(reason);
    });
    owner->outlet_closed(why);
  }

 private:
  void send(std::string text) {
    under_way_ = true;
    consumer_loop_.post([consumer = consumer_, text = std::move(text)]() mutable {
      if (const auto it = consumer.lock()) it->on_events(std::move(text));
    });
  }

  loop::Loop& consumer_loop_;
  std::weak_ptr<Consumer> consumer_;
  Owner* owner_ = nullptr;
  std::string waiting_;  // of an event that did not fit
  bool under_way_ = false;
};

/// What both sides need of each other; the members are the hub's loop's.
struct Link {
  EventHub::Handle subscriber;
  FeedOutlet* outlet = nullptr;  // as long as the subscriber
};

class LoopFeed final : public core::EventFeed {
 public:
  LoopFeed(HubGroup::Seat seat, std::shared_ptr<Consumer> consumer, std::shared_ptr<Link> link)
      : seat_(std::move(seat)), consumer_(std::move(consumer)), link_(std::move(link)) {}

  ~LoopFeed() override {
    seat_.loop().post([link = link_] {
      if (const auto subscriber = link->subscriber.lock()) subscriber->close("the client left");
    });
  }

  void more() override {
    seat_.loop().post([link = link_] {
      if (const auto subscriber = link->subscriber.lock()) link->outlet->taken();
    });
  }

 private:
  HubGroup::Seat seat_;
  std::shared_ptr<Consumer> consumer_;
  std::shared_ptr<Link> link_;
};

}  // namespace

std::unique_ptr<core::EventFeed> LoopFeeds::follow(core::EventFilter filter, core::EventPlace place,
                                                   OnEvents on_events, OnEnd on_end) {
  auto consumer = std::make_shared<Consumer>(Consumer{std::move(on_events), std::move(on_end)});
  auto link = std::make_shared<Link>();
  HubGroup::Seat seat = hubs_.take_seat();
  Subscription wanted{std::move(filter), Encoding::json_lines, place, seat.hub().last_id()};
  seat.loop().post([this, &hub = seat.hub(), wanted = std::move(wanted), link,
                    weak = std::weak_ptr(consumer)]() mutable {
    auto outlet = std::make_unique<FeedOutlet>(consumer_loop_, weak);
    link->outlet = outlet.get();
    link->subscriber = hub.subscribe(std::move(wanted), std::move(outlet),
                                     [](std::string_view, const SubscriberTotals&) {});
  });
  return std::make_unique<LoopFeed>(std::move(seat), std::move(consumer), std::move(link));
}

}  // namespace berth::events
