#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/core/error.h"
#include "service/loop/poller.h"
#include "service/platform/descriptor.h"

namespace berth::loop {

/// A Unix stream socket that carries open descriptors beside its bytes (SCM_RIGHTS), which libuv
/// has no call for. Loop thread; destroying it closes the socket. Callbacks may destroy it.
class DescriptorStream {
 public:
  /// Descriptors arrive no later than the last byte of the write they were sent with.
  using OnData =
      std::function<void(std::string_view bytes, std::vector<platform::Descriptor> descriptors)>;
  using OnEnd = std::function<void(const std::optional<core::Error>& error)>;

  DescriptorStream(Loop& loop, platform::Descriptor socket);
  ~DescriptorStream();
  DescriptorStream(const DescriptorStream&) = delete;
  DescriptorStream& operator=(const DescriptorStream&) = delete;

  void start_reading(OnData on_data, OnEnd on_end);

  /// Sends in order; at most 16 descriptors, which are closed here once sent.
  void write(std::string bytes, std::vector<platform::Descriptor> descriptors = {});
  std::size_t pending_bytes() const { return pending_bytes_; }

 private:
  struct Outgoing {
    std::string bytes;
    std::size_t sent = 0;
    std::vector<platform::Descriptor> descriptors;
  };

  void watch();
  void ready(bool readable, bool writable);
  bool read_all();  // false: `this` may be gone
  void write_all();
  void end(std::optional<core::Error> error);

  platform::Descriptor socket_;
  Poller poller_;
  std::deque<Outgoing> outgoing_;
  std::size_t pending_bytes_ = 0;
  OnData on_data_;
  OnEnd on_end_;
  bool ended_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace berth::loop
