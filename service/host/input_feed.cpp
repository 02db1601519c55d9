#include "service/host/input_feed.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "service/platform/pipes.h"

namespace berth::host {

InputFeed::InputFeed(loop::Loop& loop, platform::Descriptor fifo) : fifo_(std::move(fifo)) {
  poller_.emplace(loop, fifo_.get());
}

bool InputFeed::write(std::string_view bytes) {
  if (closing_ || !fifo_) return true;
  if (pending_.size() - sent_ + bytes.size() > kMaxPendingBytes) return false;
  pending_ += bytes;
  pump();
  return true;
}

core::Error InputFeed::full() {
  return {core::ErrorCode::limit_exceeded,
          fmt::format("more than {} bytes of input would wait to be read", kMaxPendingBytes),
          "text", std::chrono::milliseconds(100)};
}

void InputFeed::close_after_pending() {
  closing_ = true;
  pump();
}

void InputFeed::opened() {
  opened_ = true;
  pump();
}

void InputFeed::pump() {
  if (!fifo_) return;
  while (sent_ < pending_.size()) {
    const auto taken = platform::write_pipe(fifo_.get(), std::string_view(pending_).substr(sent_));
    if (!taken || *taken == 0) break;
    sent_ += *taken;
  }
  if (sent_ < pending_.size()) {
    poller_->watch(false, true, [this](bool, bool) { pump(); });
    return;
  }
  pending_.clear();
  sent_ = 0;
  poller_->stop();
  if (closing_ && opened_) {
    poller_.reset();
    fifo_.reset();
  }
}

}  // namespace berth::host
