#include "service/host/output_drain.h"

#include <algorithm>
#include <array>
#include <utility>

#include "service/hostproto/messages.h"
#include "service/platform/pipes.h"

namespace berth::host {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{32} << 10U;
/// Room in the pipe of a command that writes much: fewer switches between it and the host.
constexpr std::size_t kLargePipeBytes = std::size_t{1} << 20U;
/// Moves a turn: 8 MiB, about 15 ms, then others have theirs.
constexpr int kMovesPerTurn = 8;

}  // namespace

OutputDrain::OutputDrain(loop::Loop& loop, platform::Descriptor fifo, int spool,
                         std::function<void()> changed)
    : fifo_(std::move(fifo)), spool_(spool), changed_(std::move(changed)) {
  poller_.emplace(loop, fifo_.get());
  poller_->watch(true, false, [this](bool, bool) { ready(); });
}

OutputDrain::~OutputDrain() = default;

void OutputDrain::ready() {
  for (int i = 0; i < kMovesPerTurn; ++i) {
    if (!take_once(kLargePipeBytes)) break;
  }
  if (ended_) poller_.reset();
  changed_();
}

void OutputDrain::finish() {
  std::size_t rest = platform::bytes_waiting(fifo_.get());
  while (rest > 0 && !ended_) {
    const std::int64_t before = bytes_;
    const bool dropped = error_.has_value();
    if (!take_once(rest)) break;
    const auto taken =
        dropped ? std::min(rest, kBufferBytes) : static_cast<std::size_t>(bytes_ - before);
    rest -= std::min(rest, taken);
  }
  poller_.reset();
  ended_ =
      ended_ || (platform::has_hung_up(fifo_.get()) && platform::bytes_waiting(fifo_.get()) == 0);
}

platform::Descriptor OutputDrain::take_fifo() {
  return ended_ ? platform::Descriptor() : std::move(fifo_);
}

/// False when there is nothing (more) to take now.
bool OutputDrain::take_once(std::size_t limit) {
  // Small outputs are copied: the result then carries them. Also when they are dropped.
  if (error_ || copy_only_ || bytes_ <= static_cast<std::int64_t>(hostproto::kMaxInlineBytes)) {
    return copy_once(std::min(limit, kBufferBytes));
  }
  return move_once(limit);
}

bool OutputDrain::copy_once(std::size_t limit) {
  static std::array<char, kBufferBytes> buffer;
  const auto read = platform::read_pipe(fifo_.get(), {buffer.data(), limit});
  if (!read) {
    refuse(read.error());
    ended_ = true;
    return false;
  }
  ended_ = read->ended;
  if (read->bytes == 0) return false;
  store({buffer.data(), read->bytes});
  return true;
}

bool OutputDrain::move_once(std::size_t limit) {
  if (!std::exchange(enlarged_, true)) platform::enlarge_pipe(fifo_.get(), kLargePipeBytes);
  const auto moved =
      platform::move_to_file(fifo_.get(), spool_, static_cast<std::uint64_t>(bytes_), limit);
  if (!moved) {
    if (moved.error().code == core::ErrorCode::unsupported) {
      copy_only_ = true;
    } else {
      refuse(moved.error());
    }
    return true;
  }
  ended_ = moved->ended;
  bytes_ += static_cast<std::int64_t>(moved->bytes);
  return moved->bytes > 0;
}

void OutputDrain::store(std::string_view bytes) {
  if (error_) return;
  if (auto written = platform::write_at(spool_, bytes, static_cast<std::uint64_t>(bytes_));
      !written) {
    refuse(written.error());
    return;
  }
  bytes_ += static_cast<std::int64_t>(bytes.size());
  if (bytes_ <= static_cast<std::int64_t>(hostproto::kMaxInlineBytes)) {
    head_ += bytes;
  } else {
    head_ = {};
  }
}

void OutputDrain::refuse(core::Error error) {
  if (!error_) error_ = std::move(error);
}

}  // namespace berth::host
