#pragma once

#include <functional>

#include "service/loop/loop.h"

namespace berth::loop {

/// Tells when a descriptor that libuv has no stream for (FIFO, pidfd, SCM_RIGHTS socket) is ready.
/// The descriptor is not owned and must stay open until the Poller is destroyed. Loop thread.
class Poller {
 public:
  Poller(Loop& loop, int fd);
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Level-triggered; replaces what was watched before. The callback may destroy the poller.
  void watch(bool readable, bool writable, std::function<void(bool readable, bool writable)> ready);
  void stop();

 private:
  struct Handle;
  Handle* handle_;  // deletes itself once libuv has closed it
};

}  // namespace berth::loop
