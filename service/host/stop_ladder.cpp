#include "service/host/stop_ladder.h"

namespace berth::host {
namespace {

constexpr int kTicksPerStep = 40;  // 2 s of grace
constexpr int kFirstAsk = 2;       // 100 ms: long enough for a shell to report by itself
constexpr int kTicksBetweenAsks = 10;

}  // namespace

void StopLadder::start(Step first, Step last) {
  step_ = first;
  last_ = last;
  ticks_ = 0;
  target_.deliver(step_, 0);
  timer_.start_repeating(kTick, [this] { tick(); });
}

void StopLadder::stop() {
  timer_.cancel();
}

void StopLadder::tick() {
  ++ticks_;
  if (ticks_ >= kTicksPerStep) {
    if (step_ == last_) {
      timer_.cancel();
      if (last_ == Step::kill) target_.give_up();
      return;
    }
    step_ = step_ == Step::interrupt ? Step::terminate : Step::kill;
    ticks_ = 0;
    target_.deliver(step_, 0);
    return;
  }
  target_.deliver(step_, ticks_);
  if (ticks_ % kTicksBetweenAsks == kFirstAsk) target_.ask_again();
}

}  // namespace berth::host
