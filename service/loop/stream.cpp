#include "service/loop/stream.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <array>
#include <cstring>

#include "service/loop/stream_handle.h"

namespace berth::loop {
namespace {

struct WriteRequest {
  uv_write_t request{};
  std::string bytes;
};

// One read buffer per loop thread: a read callback consumes it before the next read begins.
constexpr std::size_t kReadBuffer = 64 * 1024;
thread_local std::array<char, kReadBuffer> read_buffer;

}  // namespace

void Stream::Handle::close() {
  if (closed) return;
  closed = true;
  on_data = nullptr;
  on_end = nullptr;
  on_drained = nullptr;
  on_shutdown = nullptr;
  uv_close(&handle, [](uv_handle_t* raw) { delete of(raw); });
}

void Stream::Handle::end(std::optional<core::Error> error) {
  if (closed) return;
  if (error) broken = true;
  if (ended) {
    // A write failed after the other side's end, which the reader knows of: what waited is gone.
    const auto callback = on_drained;
    if (error && callback) callback();
    return;
  }
  ended = true;
  uv_read_stop(&stream);
  const OnEnd callback = std::move(on_end);
  on_data = nullptr;
  if (callback) callback(error);
}

Stream::Stream(Handle* handle) : handle_(handle) {}

Stream::~Stream() {
  handle_->close();
}

core::Result<std::unique_ptr<Stream>> Stream::adopt(Loop& loop, int fd) {
  auto* handle = new Handle;
  int status = 0;
  const uv_handle_type type = uv_guess_handle(fd);
  if (type == UV_TCP) {
    uv_tcp_init(loop.raw(), &handle->tcp);
    handle->handle.data = handle;
    status = uv_tcp_open(&handle->tcp, fd);
  } else {
    uv_pipe_init(loop.raw(), &handle->pipe, 0);
    handle->handle.data = handle;
    status = uv_pipe_open(&handle->pipe, fd);
  }
  if (status != 0) {
    handle->close();
    return core::fail(uv_error(status, "opening a stream"));
  }
  return std::unique_ptr<Stream>(new Stream(handle));
}

void Stream::start_reading(OnData on_data, OnEnd on_end) {
  if (handle_->closed || handle_->ended) return;
  handle_->on_data = std::move(on_data);
  handle_->on_end = std::move(on_end);
  uv_read_start(
      &handle_->stream,
      [](uv_handle_t*, std::size_t, uv_buf_t* buffer) {
        *buffer = uv_buf_init(read_buffer.data(), kReadBuffer);
      },
      [](uv_stream_t* raw, ssize_t count, const uv_buf_t* buffer) {
        Handle* self = Handle::of(reinterpret_cast<uv_handle_t*>(raw));
        if (count > 0) {
          // A copy keeps the callback alive if it destroys the stream or replaces the reader.
          const OnData callback = self->on_data;
          if (callback) callback({buffer->base, static_cast<std::size_t>(count)});
        } else if (count == UV_EOF) {
          self->end(std::nullopt);
        } else if (count < 0) {
          self->end(uv_error(static_cast<int>(count), "reading"));
        }
      });
}

void Stream::stop_reading() {
  uv_read_stop(&handle_->stream);
}

void Stream::write(std::string bytes) {
  if (handle_->closed || handle_->broken || bytes.empty()) return;
  std::size_t sent = 0;
  if (handle_->stream.write_queue_size == 0) {
    const uv_buf_t buffer = uv_buf_init(bytes.data(), static_cast<unsigned>(bytes.size()));
    const int status = uv_try_write(&handle_->stream, &buffer, 1);
    if (status >= 0) sent = static_cast<std::size_t>(status);
    if (sent == bytes.size()) return;
  }
  auto* write = new WriteRequest;
  write->bytes = std::move(bytes);
  write->request.data = write;
  const uv_buf_t rest =
      uv_buf_init(write->bytes.data() + sent, static_cast<unsigned>(write->bytes.size() - sent));
  const int status =
      uv_write(&write->request, &handle_->stream, &rest, 1, [](uv_write_t* request, int result) {
        const std::unique_ptr<WriteRequest> done(static_cast<WriteRequest*>(request->data));
        Handle* self = Handle::of(reinterpret_cast<uv_handle_t*>(request->handle));
        if (self->closed) return;
        if (result < 0) {
          self->end(uv_error(result, "writing"));
        } else if (self->stream.write_queue_size == 0 && self->on_drained) {
          const auto callback = self->on_drained;
          callback();
        }
      });
  if (status != 0) {
    delete write;
    handle_->end(uv_error(status, "writing"));
  }
}

std::size_t Stream::try_write(std::string_view bytes) {
  if (handle_->closed || handle_->broken || bytes.empty()) return 0;
  if (handle_->stream.write_queue_size > 0) return 0;
  // libuv reads only, but its buffers are for both ways.
  const uv_buf_t buffer =
      uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned>(bytes.size()));
  const int status = uv_try_write(&handle_->stream, &buffer, 1);
  return status < 0 ? 0 : static_cast<std::size_t>(status);  // write() will tell of an error
}

core::Result<platform::Descriptor> Stream::release() {
  uv_os_fd_t fd = -1;
  if (pending_bytes() > 0 || handle_->broken || uv_fileno(&handle_->handle, &fd) != 0) {
    return core::fail(core::ErrorCode::unavailable, "the connection can't be handed over");
  }
  uv_read_stop(&handle_->stream);
  return platform::duplicate(fd);
}

std::size_t Stream::pending_bytes() const {
  // libuv's own count goes down as a long write proceeds, not only at its end.
  return handle_->broken ? 0 : handle_->stream.write_queue_size;
}

void Stream::on_drained(std::function<void()> callback) {
  handle_->on_drained = std::move(callback);
}

void Stream::shutdown(std::function<void()> done) {
  if (handle_->closed) return;
  handle_->on_shutdown = std::move(done);
  auto* request = new uv_shutdown_t;
  const int status = uv_shutdown(request, &handle_->stream, [](uv_shutdown_t* raw, int) {
    const std::unique_ptr<uv_shutdown_t> finished(raw);
    Handle* self = Handle::of(reinterpret_cast<uv_handle_t*>(raw->handle));
    const auto callback = std::move(self->on_shutdown);
    if (callback) callback();
  });
  if (status != 0) {  // already broken: nothing is left to flush
    delete request;
    const auto callback = std::move(handle_->on_shutdown);
    if (callback) callback();
  }
}

std::optional<platform::PeerIdentity> Stream::peer_identity() const {
  uv_os_fd_t fd = -1;
  if (handle_->handle.type != UV_NAMED_PIPE || uv_fileno(&handle_->handle, &fd) != 0) {
    return std::nullopt;
  }
  return platform::peer_identity(fd);
}

std::string Stream::peer_address() const {
  if (handle_->handle.type != UV_TCP) return {};
  sockaddr_storage storage{};
  int length = sizeof storage;
  if (uv_tcp_getpeername(&handle_->tcp, reinterpret_cast<sockaddr*>(&storage), &length) != 0) {
    return {};
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&storage);
    uv_ip4_name(v4, text.data(), text.size());
    return fmt::format("{}:{}", text.data(), ntohs(v4->sin_port));
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&storage);
  uv_ip6_name(v6, text.data(), text.size());
  return fmt::format("[{}]:{}", text.data(), ntohs(v6->sin6_port));
}

}  // namespace berth::loop
