#include "service/loop/timer.h"

namespace berth::loop {

struct Timer::Handle {
  uv_timer_t timer{};
  std::function<void()> on_time;
};

namespace {

std::uint64_t count(std::chrono::milliseconds time) {
  return static_cast<std::uint64_t>(time.count() < 0 ? 0 : time.count());
}

}  // namespace

Timer::Timer(Loop& loop) : handle_(new Handle) {
  uv_timer_init(loop.raw(), &handle_->timer);
  handle_->timer.data = handle_;
}

Timer::~Timer() {
  handle_->on_time = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->timer),
           [](uv_handle_t* handle) { delete static_cast<Handle*>(handle->data); });
}

void Timer::start(std::chrono::milliseconds after, std::function<void()> on_time) {
  handle_->on_time = std::move(on_time);
  uv_update_time(handle_->timer.loop);
  uv_timer_start(
      &handle_->timer,
      [](uv_timer_t* timer) {
        // Moved out first: the callback may start the timer again or destroy it.
        const auto due = std::move(static_cast<Handle*>(timer->data)->on_time);
        if (due) due();
      },
      count(after), 0);
}

void Timer::start_repeating(std::chrono::milliseconds every, std::function<void()> on_time) {
  handle_->on_time = std::move(on_time);
  uv_update_time(handle_->timer.loop);
  uv_timer_start(
      &handle_->timer,
      [](uv_timer_t* timer) {
        const auto due = static_cast<Handle*>(timer->data)->on_time;
        if (due) due();
      },
      count(every), count(every));
}

void Timer::cancel() {
  uv_timer_stop(&handle_->timer);
  handle_->on_time = nullptr;
}

bool Timer::active() const {
  return uv_is_active(reinterpret_cast<const uv_handle_t*>(&handle_->timer)) != 0;
}

}  // namespace berth::loop
