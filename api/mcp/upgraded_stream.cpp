#include "api/mcp/upgraded_stream.h"

#include <utility>

namespace berth::api_mcp {

UpgradedStream::UpgradedStream(http::Upgraded upgraded, std::size_t max_pending)
    : slot_(std::move(upgraded.slot)),
      leftover_(std::move(upgraded.leftover)),
      stream_(std::move(upgraded.stream)),
      max_pending_(max_pending) {}

void UpgradedStream::start(const loop::Stream::OnData& on_data, const loop::Stream::OnEnd& on_end) {
  const std::string first = std::exchange(leftover_, {});
  stream_->start_reading(on_data, on_end);
  if (!first.empty()) on_data(first);
}

bool UpgradedStream::write(std::string bytes) {
  if (!stream_) return true;
  stream_->write(std::move(bytes));
  return !stream_ || stream_->pending_bytes() <= max_pending_;
}

void UpgradedStream::on_idle(std::function<void()> callback) {
  if (stream_) stream_->on_drained(std::move(callback));
}

void UpgradedStream::write_last(std::string bytes) {
  if (!stream_) return;
  stream_->write(std::move(bytes));
  if (stream_) stream_->shutdown([] {});
}

void UpgradedStream::close() {
  stream_.reset();
  slot_.reset();
}

}  // namespace berth::api_mcp
