#include "service/loop/descriptor_stream.h"

#include <array>
#include <utility>

namespace berth::loop {

DescriptorStream::DescriptorStream(Loop& loop, platform::Descriptor socket)
    : socket_(std::move(socket)), poller_(loop, socket_.get()) {}

DescriptorStream::~DescriptorStream() {
  *alive_ = false;
}

void DescriptorStream::start_reading(OnData on_data, OnEnd on_end) {
  on_data_ = std::move(on_data);
  on_end_ = std::move(on_end);
  watch();
}

void DescriptorStream::write(std::string bytes, std::vector<platform::Descriptor> descriptors) {
  if (ended_) return;
  pending_bytes_ += bytes.size();
  outgoing_.push_back({std::move(bytes), 0, std::move(descriptors)});
  if (outgoing_.size() == 1) write_all();
}

void DescriptorStream::watch() {
  if (ended_) return;
  const bool read = static_cast<bool>(on_data_);
  const bool write = !outgoing_.empty();
  if (!read && !write) {
    poller_.stop();
    return;
  }
  poller_.watch(read, write, [this](bool readable, bool writable) { ready(readable, writable); });
}

void DescriptorStream::ready(bool readable, bool writable) {
  if (writable && !outgoing_.empty()) write_all();
  if (readable && on_data_ && !read_all()) return;
  watch();  // after an error it is not watched any more, and there may be more to read
}

bool DescriptorStream::read_all() {
  const std::shared_ptr<bool> alive = alive_;
  std::array<char, 64 * 1024> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  // Bounded, so that one chatty peer can't hold the loop; level triggering brings us back.
  for (int round = 0; round < 4; ++round) {
    auto received = platform::receive_with_descriptors(socket_.get(), buffer);
    if (!received) {
      end(received.error());
      return *alive;
    }
    if (received->would_block) return true;
    if (received->bytes == 0) {
      end(std::nullopt);
      return *alive;
    }
    const OnData callback = on_data_;
    callback({buffer.data(), received->bytes}, std::move(received->descriptors));
    if (!*alive || ended_) return *alive;
    if (received->bytes < buffer.size()) return true;
  }
  return true;
}

void DescriptorStream::write_all() {
  while (!outgoing_.empty()) {
    Outgoing& next = outgoing_.front();
    const auto sent = platform::send_with_descriptors(
        socket_.get(), std::string_view(next.bytes).substr(next.sent), next.descriptors);
    if (!sent) {
      outgoing_.clear();
      pending_bytes_ = 0;
      // The reader learns of a broken connection, also of bytes that came before it broke.
      break;
    }
    if (*sent == 0) break;  // the kernel's buffer is full
    next.descriptors.clear();
    next.sent += *sent;
    pending_bytes_ -= *sent;
    if (next.sent == next.bytes.size()) outgoing_.pop_front();
  }
  watch();
}

void DescriptorStream::end(std::optional<core::Error> error) {
  ended_ = true;
  poller_.stop();
  on_data_ = nullptr;
  const OnEnd callback = std::exchange(on_end_, nullptr);
  if (callback) callback(error);
}

}  // namespace berth::loop
