#include "api/events/stream_outlet.h"

#include <utility>

namespace berth::api_events {

void StreamOutlet::open(Owner& owner) {
  owner_ = &owner;
  auto stream = loop::Stream::adopt(loop_, connection_.get());
  if (!stream) return close(stream.error().message);
  connection_.release();
  stream_ = std::move(*stream);
  stream_->on_drained([this] { drained(); });
  stream_->start_reading([](std::string_view) {},
                         [this](const std::optional<core::Error>& error) {
                           close(error ? std::string_view(error->message) : "the client left");
                         });
}

bool StreamOutlet::queue(std::string text) {
  if (!stream_) return false;
  stream_->write(std::move(text));
  // An error of the write has closed it.
  if (stream_ && stream_->pending_bytes() == 0) return true;
  if (stream_ && !stall_) {
    stall_ = std::make_unique<loop::Timer>(loop_);
    stall_->start(stall_limit_, [this] { close("the client does not read"); });
  }
  return false;
}

void StreamOutlet::drained() {
  stall_.reset();
  if (owner_ != nullptr) owner_->outlet_ready();
}

void StreamOutlet::end() {
  if (!stream_) return;
  stream_->on_drained(nullptr);
  stream_->shutdown([this] { close("the service ended it"); });
}

void StreamOutlet::close(std::string_view why) {
  stall_.reset();
  // A callback of the stream may be running: it is destroyed by that callback's end at the latest.
  const auto stream = std::move(stream_);
  if (Owner* owner = std::exchange(owner_, nullptr)) owner->outlet_closed(why);
}

}  // namespace berth::api_events
