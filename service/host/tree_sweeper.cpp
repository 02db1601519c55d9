#include "service/host/tree_sweeper.h"

#include <utility>

#include "service/host/process_tree.h"
#include "service/platform/process.h"

namespace berth::host {
namespace {

constexpr std::chrono::milliseconds kTick{20};
constexpr int kGraceTicks = 50;  // 1 s between terminate and kill
constexpr int kMaxTicks = 150;   // processes that not even kill ends (waiting in the kernel)

}  // namespace

void TreeSweeper::sweep(bool gently, std::function<void()> done) {
  done_ = std::move(done);
  gently_ = gently;
  ticks_ = 0;
  tick();
}

void TreeSweeper::tick() {
  platform::reap_orphans({});
  const auto left = all_processes(0);
  if (left.empty() || ticks_ >= kMaxTicks) {
    timer_.cancel();
    const auto done = std::exchange(done_, nullptr);
    if (done) done();
    return;
  }
  if (!gently_ || ticks_ >= kGraceTicks) {
    platform::send_signal(left, platform::KillSignal::kill);
  } else if (ticks_ == 0) {
    platform::send_signal(left, platform::KillSignal::terminate);
    platform::send_signal(left, platform::KillSignal::resume);
  }
  ++ticks_;
  if (!timer_.active()) timer_.start_repeating(kTick, [this] { tick(); });
}

}  // namespace berth::host
