#include "service/loop/poller.h"

#include <stdexcept>

namespace berth::loop {

struct Poller::Handle {
  uv_poll_t poll{};
  std::function<void(bool, bool)> ready;
  int events = 0;  // watched for
};

Poller::Poller(Loop& loop, int fd) : handle_(new Handle) {
  if (const int status = uv_poll_init(loop.raw(), &handle_->poll, fd); status != 0) {
    delete handle_;
    throw std::runtime_error(uv_error(status, "watching a descriptor").message);
  }
  handle_->poll.data = handle_;
}

Poller::~Poller() {
  handle_->ready = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->poll),
           [](uv_handle_t* handle) { delete static_cast<Handle*>(handle->data); });
}

void Poller::watch(bool readable, bool writable, std::function<void(bool, bool)> ready) {
  handle_->ready = std::move(ready);
  const int events = (readable ? UV_READABLE | UV_DISCONNECT : 0) | (writable ? UV_WRITABLE : 0);
  if (events == handle_->events) return;  // libuv would forget the descriptor and add it again
  handle_->events = events;
  uv_poll_start(&handle_->poll, events, [](uv_poll_t* poll, int status, int seen) {
    auto* const handle = static_cast<Handle*>(poll->data);
    if (status != 0) handle->events = 0;  // libuv has stopped watching
    const auto callback = handle->ready;
    if (!callback) return;
    // An error condition is reported as readiness: the next read or write tells what it is.
    callback(status != 0 || (seen & (UV_READABLE | UV_DISCONNECT)) != 0,
             status != 0 || (seen & UV_WRITABLE) != 0);
  });
}

void Poller::stop() {
  uv_poll_stop(&handle_->poll);
  handle_->events = 0;
  handle_->ready = nullptr;
}

}  // namespace berth::loop
