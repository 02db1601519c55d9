#include "service/bridge/client_input.h"

#include <uv.h>

#include <array>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "service/loop/stream.h"
#include "service/loop/timer.h"
#include "service/platform/descriptor.h"

namespace berth::bridge {
namespace {

constexpr int kStdin = 0;

/// While paused nothing is read, so the end of the pipe has to be looked for.
constexpr std::chrono::milliseconds kHangUpCheck{200};

class StreamInput final : public ClientInput {
 public:
  StreamInput(loop::Loop& loop, std::unique_ptr<loop::Stream> stream, OnBytes on_bytes,
              OnClosed on_closed)
      : stream_(std::move(stream)),
        on_bytes_(std::move(on_bytes)),
        on_closed_(std::move(on_closed)),
        hang_up_(loop) {
    resume();
  }

  void pause() override {
    if (std::exchange(paused_, true)) return;
    stream_->stop_reading();
    hang_up_.start_repeating(kHangUpCheck, [this] {
      if (platform::has_hung_up(kStdin)) on_closed_();
    });
  }

  void resume() override {
    if (!std::exchange(paused_, false)) return;
    hang_up_.cancel();
    // A broken pipe means the same as a closed one: the client has gone.
    stream_->start_reading(on_bytes_, [this](const std::optional<core::Error>&) { on_closed_(); });
  }

 private:
  std::unique_ptr<loop::Stream> stream_;
  OnBytes on_bytes_;
  OnClosed on_closed_;
  loop::Timer hang_up_;
  bool paused_ = true;
};

/// Reads what an event loop can't wait for (a file, a terminal that a shell shares with us, the
/// null device) on a thread of its own, line by line. The bridge ends when this input ends, so the
/// thread has always finished by the time it is joined.
class ThreadInput final : public ClientInput {
 public:
  ThreadInput(loop::Loop& loop, OnBytes on_bytes, OnClosed on_closed)
      : loop_(loop),
        on_bytes_(std::move(on_bytes)),
        on_closed_(std::move(on_closed)),
        thread_([this] { read(); }) {}

  void pause() override { paused_ = true; }
  void resume() override {
    if (std::exchange(paused_, false)) deliver();
  }

 private:
  static constexpr std::size_t kBlock = 64U << 10U;
  static constexpr std::size_t kMaxWaiting = 16;  // blocks

  void read() {
    std::string block;
    for (int c = std::getc(stdin); c != EOF; c = std::getc(stdin)) {
      block.push_back(static_cast<char>(c));
      if (c == '\n' || block.size() >= kBlock) hand_over(std::exchange(block, {}), false);
    }
    hand_over(std::move(block), true);
  }

  void hand_over(std::string block, bool last) {
    {
      std::unique_lock lock(mutex_);
      taken_.wait(lock, [this] { return blocks_.size() < kMaxWaiting; });
      blocks_.push_back(std::move(block));
      ended_ = last;
    }
    loop_.post([this] { deliver(); });
  }

  void deliver() {
    while (!paused_) {
      std::string block;
      bool last = false;
      {
        const std::lock_guard lock(mutex_);
        if (blocks_.empty()) return;
        block = std::move(blocks_.front());
        blocks_.pop_front();
        last = ended_ && blocks_.empty();
      }
      taken_.notify_one();
      on_bytes_(block);
      if (last) return on_closed_();
    }
  }

  loop::Loop& loop_;
  OnBytes on_bytes_;
  OnClosed on_closed_;
  bool paused_ = false;
  std::mutex mutex_;
  std::condition_variable taken_;
  std::deque<std::string> blocks_;  // guarded by mutex_
  bool ended_ = false;              // guarded by mutex_
  std::jthread thread_;
};

}  // namespace

std::unique_ptr<ClientInput> open_client_input(loop::Loop& loop, ClientInput::OnBytes on_bytes,
                                               ClientInput::OnClosed on_closed) {
  const uv_handle_type type = uv_guess_handle(kStdin);
  if (type == UV_NAMED_PIPE || type == UV_TCP) {
    if (auto stream = loop::Stream::adopt(loop, kStdin)) {
      return std::make_unique<StreamInput>(loop, std::move(*stream), std::move(on_bytes),
                                           std::move(on_closed));
    }
  }
  return std::make_unique<ThreadInput>(loop, std::move(on_bytes), std::move(on_closed));
}

}  // namespace berth::bridge
