#include "service/loop/loop.h"

#include <fmt/format.h>

#include <stdexcept>

namespace berth::loop {

Loop::Loop() : thread_(std::this_thread::get_id()) {
  if (const int status = uv_loop_init(&loop_); status != 0) {
    throw std::runtime_error(uv_error(status, "creating an event loop").message);
  }
  wake_.data = this;
  uv_async_init(&loop_, &wake_,
                [](uv_async_t* handle) { static_cast<Loop*>(handle->data)->drain_posted(); });
  after_io_.data = this;
  uv_check_init(&loop_, &after_io_);
  uv_check_start(&after_io_,
                 [](uv_check_t* handle) { static_cast<Loop*>(handle->data)->run_deferred(); });
  uv_unref(reinterpret_cast<uv_handle_t*>(&after_io_));
  uv_idle_init(&loop_, &keep_turning_);
}

Loop::~Loop() {
  // Owners have closed their handles by now; whatever is left is closed here so that libuv can
  // release the loop.
  uv_walk(
      &loop_,
      [](uv_handle_t* handle, void*) {
        if (uv_is_closing(handle) == 0) uv_close(handle, nullptr);
      },
      nullptr);
  uv_run(&loop_, UV_RUN_DEFAULT);
  uv_loop_close(&loop_);
}

void Loop::run() {
  thread_ = std::this_thread::get_id();
  uv_run(&loop_, UV_RUN_DEFAULT);
}

void Loop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  uv_async_send(&wake_);
}

void Loop::post(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(task));
    if (posted_.size() > 1) return;  // the wake-up for the first one takes all
  }
  uv_async_send(&wake_);
}

void Loop::defer(std::function<void()> task) {
  if (deferred_.empty()) uv_idle_start(&keep_turning_, [](uv_idle_t*) {});
  deferred_.push_back(std::move(task));
}

void Loop::drain_posted() {
  std::vector<std::function<void()>> tasks;
  bool stopping = false;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(posted_);
    stopping = stopping_;
  }
  for (auto& task : tasks) task();
  if (stopping) uv_stop(&loop_);
}

void Loop::run_deferred() {
  std::vector<std::function<void()>> tasks;
  tasks.swap(deferred_);
  if (!tasks.empty()) uv_idle_stop(&keep_turning_);
  for (auto& task : tasks) task();
}

core::Error uv_error(int status, std::string_view doing) {
  core::ErrorCode code = core::ErrorCode::unavailable;
  if (status == UV_EACCES || status == UV_EPERM) code = core::ErrorCode::permission_denied;
  if (status == UV_ENOENT || status == UV_ECONNREFUSED) code = core::ErrorCode::not_found;
  return {code, fmt::format("{}: {}", doing, uv_strerror(status)), {}, std::nullopt};
}

}  // namespace berth::loop
