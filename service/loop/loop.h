#pragma once

#include <uv.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "service/core/error.h"

namespace berth::loop {

/// One libuv event loop and the thread that runs it. Everything in this folder belongs to one loop
/// and is used on its thread only, but for post() and stop().
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until stop(). Handles still open then are closed by their owners or by the destructor.
  void run();

  /// Ends run() after the current turn. Any thread.
  void stop();

  /// Runs `task` on the loop's thread, in order of the calls. Any thread; also before run().
  void post(std::function<void()> task);

  /// Runs `task` at the end of this turn, after the callbacks that are due. Loop thread.
  void defer(std::function<void()> task);

  bool on_loop_thread() const { return std::this_thread::get_id() == thread_; }
  uv_loop_t* raw() { return &loop_; }

 private:
  void drain_posted();
  void run_deferred();

  uv_loop_t loop_{};
  uv_async_t wake_{};
  uv_check_t after_io_{};
  uv_idle_t keep_turning_{};  // active only while deferred tasks wait, so that poll does not sleep
  std::thread::id thread_;
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;  // guarded by mutex_
  bool stopping_ = false;                      // guarded by mutex_
  std::vector<std::function<void()>> deferred_;
};

/// The error of a libuv status code, naming what was being done.
core::Error uv_error(int status, std::string_view doing);

}  // namespace berth::loop
