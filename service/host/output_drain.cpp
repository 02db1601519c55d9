#include "service/host/output_drain.h"

#include <algorithm>
#include <array>
#include <utility>

#include "service/platform/pipes.h"

namespace berth::host {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{32} << 10U;
/// Room in the pipe of a command that writes much: fewer switches between it and the host.
constexpr std::size_t kLargePipeBytes = std::size_t{1} << 20U;
/// Moves a turn: 8 MiB, about 15 ms, then others have theirs.
constexpr int kMovesPerTurn = 8;

}  // namespace

OutputDrain::OutputDrain(loop::Loop& loop, platform::Descriptor fifo, StreamFile file,
                         std::function<void()> changed)
    : fifo_(std::move(fifo)), file_(std::move(file)), changed_(std::move(changed)) {
  poller_.emplace(loop, fifo_.get());
  poller_->watch(true, false, [this](bool, bool) { ready(); });
}

OutputDrain::~OutputDrain() = default;

void OutputDrain::ready() {
  for (int i = 0; i < kMovesPerTurn; ++i) {
    if (take_once(kLargePipeBytes) == 0) break;
  }
  if (ended_) poller_.reset();
  changed_();
}

void OutputDrain::finish() {
  std::size_t rest = platform::bytes_waiting(fifo_.get());
  while (rest > 0 && !ended_) {
    const std::size_t taken = take_once(rest);
    if (taken == 0) break;
    rest -= std::min(rest, taken);
  }
  poller_.reset();
  ended_ =
      ended_ || (platform::has_hung_up(fifo_.get()) && platform::bytes_waiting(fifo_.get()) == 0);
}

platform::Descriptor OutputDrain::take_fifo() {
  return ended_ ? platform::Descriptor() : std::move(fifo_);
}

/// 0 when there is nothing (more) to take now.
std::size_t OutputDrain::take_once(std::size_t limit) {
  if (!file_.wants_copies()) {
    if (!std::exchange(enlarged_, true)) platform::enlarge_pipe(fifo_.get(), kLargePipeBytes);
    if (const auto moved = file_.move_from(fifo_.get(), limit)) {
      ended_ = moved->ended;
      return moved->bytes;
    }
  }
  return copy_once(std::min(limit, kBufferBytes));
}

std::size_t OutputDrain::copy_once(std::size_t limit) {
  static std::array<char, kBufferBytes> buffer;
  const auto read = platform::read_pipe(fifo_.get(), {buffer.data(), limit});
  if (!read) {
    file_.refuse(read.error());
    ended_ = true;
    return 0;
  }
  ended_ = read->ended;
  file_.store({buffer.data(), read->bytes});
  return read->bytes;
}

}  // namespace berth::host
