#pragma once

#include <cstddef>
#include <list>
#include <memory>

#include "service/loop/loop.h"
#include "service/loop/poller.h"
#include "service/platform/descriptor.h"

namespace berth::host {

/// Reads and drops what background processes write after their command has ended, so that they are
/// not ended by SIGPIPE. Bounded: the oldest is given up first. Loop thread.
class LateOutput {
 public:
  explicit LateOutput(loop::Loop& loop) : loop_(loop) {}

  void add(platform::Descriptor fifo);
  std::size_t size() const { return pipes_.size(); }

 private:
  struct Pipe {
    platform::Descriptor fifo;
    loop::Poller poller;
    Pipe(loop::Loop& loop, platform::Descriptor end)
        : fifo(std::move(end)), poller(loop, fifo.get()) {}
  };
  static bool discard(int fifo);

  loop::Loop& loop_;
  std::list<Pipe> pipes_;
};

}  // namespace berth::host
