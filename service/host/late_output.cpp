#include "service/host/late_output.h"

#include <array>
#include <utility>

#include "service/platform/pipes.h"

namespace berth::host {
namespace {

constexpr std::size_t kMaxPipes = 64;
constexpr int kReadsPerTurn = 8;

}  // namespace

void LateOutput::add(platform::Descriptor fifo) {
  if (!fifo) return;
  if (pipes_.size() >= kMaxPipes) pipes_.pop_front();
  const auto pipe = pipes_.emplace(pipes_.end(), loop_, std::move(fifo));
  pipe->poller.watch(true, false, [this, pipe](bool, bool) {
    if (!discard(pipe->fifo.get())) pipes_.erase(pipe);
  });
}

/// False once no writer is left.
bool LateOutput::discard(int fifo) {
  static std::array<char, std::size_t{32} << 10U> buffer;
  for (int i = 0; i < kReadsPerTurn; ++i) {
    const auto read = platform::read_pipe(fifo, buffer);
    if (!read || read->ended) return false;
    if (read->would_block) return true;
  }
  return true;
}

}  // namespace berth::host
