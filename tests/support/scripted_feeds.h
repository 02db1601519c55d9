#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "service/core/event_feed.h"

namespace berth::support {

/// Events as a test tells them, and how they were asked for.
class ScriptedFeeds final : public core::EventFeeds {
 public:
  struct Followed {
    core::EventFilter filter;
    core::EventPlace place;
    OnEvents on_events;
    bool open = true;
    int asked_for_more = 0;
  };

  std::unique_ptr<core::EventFeed> follow(core::EventFilter filter, core::EventPlace place,
                                          OnEvents on_events, OnEnd) override {
    followed.push_back(
        std::make_shared<Followed>(Followed{std::move(filter), place, std::move(on_events)}));
    return std::make_unique<Feed>(followed.back());
  }

  std::vector<std::shared_ptr<Followed>> followed;

 private:
  class Feed final : public core::EventFeed {
   public:
    explicit Feed(std::shared_ptr<Followed> followed) : followed_(std::move(followed)) {}
    ~Feed() override { followed_->open = false; }
    void more() override { ++followed_->asked_for_more; }

   private:
    std::shared_ptr<Followed> followed_;
  };
};

}  // namespace berth::support
