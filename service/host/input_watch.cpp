#include "service/host/input_watch.h"

#include <chrono>
#include <utility>

namespace berth::host {
namespace {

constexpr std::chrono::milliseconds kTick{150};

}  // namespace

InputWatch::InputWatch(loop::Loop& loop, View view) : timer_(loop), view_(std::move(view)) {}

void InputWatch::begin() {
  stirred_ = true;
  awaiting_ = false;
  timer_.start_repeating(kTick, [this] { tick(); });
}

void InputWatch::end() {
  timer_.cancel();
  awaiting_ = false;
}

void InputWatch::stirred() {
  stirred_ = true;
  if (std::exchange(awaiting_, false)) view_.changed();
}

void InputWatch::tick() {
  if (std::exchange(stirred_, false)) return;
  const bool waits = view_.waits();
  if (std::exchange(awaiting_, waits) != waits) view_.changed();
}

}  // namespace berth::host
