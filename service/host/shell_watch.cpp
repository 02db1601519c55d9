#include "service/host/shell_watch.h"

#include <utility>

namespace berth::host {
namespace {

constexpr std::chrono::seconds kTick{1};
constexpr int kTicksToBegin = 5;     // a loaded machine may take a while to read a line
constexpr int kTicksUnanswered = 2;  // after a question that somebody has read

}  // namespace

ShellWatch::ShellWatch(loop::Loop& loop, View view) : timer_(loop), view_(std::move(view)) {}

void ShellWatch::begin() {
  ticks_ = unanswered_ = 0;
  asked_ = false;
  timer_.start_repeating(kTick, [this] { tick(); });
}

void ShellWatch::tick() {
  ++ticks_;
  // A command may well run without output streams (`exec >log 2>&1`): then the shell does not read.
  if (view_.silent() ? ticks_ < kTicksToBegin : !view_.overdue()) return;
  if (!asked_) {
    asked_ = true;
    view_.ask();
    return;
  }
  unanswered_ = view_.read_all() ? unanswered_ + 1 : 0;
  if (unanswered_ >= kTicksUnanswered) view_.lost();
}

}  // namespace berth::host
