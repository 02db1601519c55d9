#pragma once

#include <memory>
#include <string>

#include "service/events/outlet.h"
#include "service/loop/stream.h"
#include "service/loop/timer.h"
#include "service/platform/descriptor.h"

namespace berth::api_events {

/// A connection whose response has begun, as the way to a subscriber. What the client sends is
/// ignored. One that takes nothing for `stall_limit` is closed. Stream loop, but for the
/// constructor.
class StreamOutlet final : public events::Outlet {
 public:
  StreamOutlet(loop::Loop& loop, platform::Descriptor connection,
               std::chrono::milliseconds stall_limit)
      : loop_(loop), connection_(std::move(connection)), stall_limit_(stall_limit) {}

  void open(Owner& owner) override;
  std::size_t try_write(std::string_view text) override {
    return stream_ ? stream_->try_write(text) : 0;
  }
  bool queue(std::string text) override;
  void end() override;
  void close(std::string_view why) override;

 private:
  void drained();

  loop::Loop& loop_;
  platform::Descriptor connection_;  // until open()
  std::chrono::milliseconds stall_limit_;
  std::unique_ptr<loop::Stream> stream_;
  std::unique_ptr<loop::Timer> stall_;  // only who stalls has one
  Owner* owner_ = nullptr;
};

}  // namespace berth::api_events
