#include "service/loop/listener.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/loop/stream_handle.h"

namespace berth::loop {

struct Listener::Handle {
  union {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
  };
  OnStream on_stream;

  Handle() : handle{} {}
  void close() {
    on_stream = nullptr;
    uv_close(&handle, [](uv_handle_t* raw) { delete static_cast<Handle*>(raw->data); });
  }
};

namespace {

constexpr int kBacklog = 4096;  // a burst of half-sent connections must not push a client out

std::uint16_t bound_port(const uv_tcp_t& tcp) {
  sockaddr_storage storage{};
  int length = sizeof storage;
  if (uv_tcp_getsockname(&tcp, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return 0;
  if (storage.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

}  // namespace

core::Result<std::unique_ptr<Listener>> Listener::listen(Handle* handle, std::string_view where) {
  const int status = uv_listen(&handle->stream, kBacklog, [](uv_stream_t* server, int result) {
    auto* self = static_cast<Handle*>(server->data);
    if (result < 0 || !self->on_stream) return;
    auto* client = new Stream::Handle;
    if (server->type == UV_TCP) {
      uv_tcp_init(server->loop, &client->tcp);
      uv_tcp_nodelay(&client->tcp, 1);
    } else {
      uv_pipe_init(server->loop, &client->pipe, 0);
    }
    client->handle.data = client;
    if (uv_accept(server, &client->stream) != 0) {
      client->close();
      return;
    }
    if (server->type == UV_TCP) uv_tcp_nodelay(&client->tcp, 1);
    const OnStream callback = self->on_stream;
    callback(std::unique_ptr<Stream>(new Stream(client)));
  });
  if (status != 0) {
    handle->close();
    return core::fail(uv_error(status, fmt::format("listening on {}", where)));
  }
  const std::uint16_t port = handle->handle.type == UV_TCP ? bound_port(handle->tcp) : 0;
  return std::unique_ptr<Listener>(new Listener(handle, port));
}

core::Result<std::unique_ptr<Listener>> Listener::tcp(Loop& loop, const std::string& address,
                                                      std::uint16_t port, OnStream on_stream) {
  const std::string where = fmt::format("{}:{}", address, port);
  sockaddr_storage storage{};
  const bool v4 = uv_ip4_addr(address.c_str(), port, reinterpret_cast<sockaddr_in*>(&storage)) == 0;
  if (!v4 && uv_ip6_addr(address.c_str(), port, reinterpret_cast<sockaddr_in6*>(&storage)) != 0) {
    return core::fail(core::ErrorCode::invalid_argument,
                      fmt::format("{} is not an IP address and port", where), "listen");
  }
  auto* handle = new Handle;
  uv_tcp_init(loop.raw(), &handle->tcp);
  handle->handle.data = handle;
  handle->on_stream = std::move(on_stream);
  if (const int status = uv_tcp_bind(&handle->tcp, reinterpret_cast<sockaddr*>(&storage), 0);
      status != 0) {
    handle->close();
    return core::fail(uv_error(status, fmt::format("binding {}", where)));
  }
  return listen(handle, where);
}

core::Result<std::unique_ptr<Listener>> Listener::local(Loop& loop, const std::string& path,
                                                        unsigned mode, OnStream on_stream) {
  unlink(path.c_str());  // whoever holds the data folder's lock owns the name
  auto* handle = new Handle;
  uv_pipe_init(loop.raw(), &handle->pipe, 0);
  handle->handle.data = handle;
  handle->on_stream = std::move(on_stream);
  const mode_t before = umask(0777 & ~static_cast<mode_t>(mode));
  const int status = uv_pipe_bind(&handle->pipe, path.c_str());
  umask(before);
  if (status != 0) {
    handle->close();
    return core::fail(uv_error(status, fmt::format("binding {}", path)));
  }
  return listen(handle, path);
}

core::Result<std::unique_ptr<Listener>> Listener::adopt(Loop& loop, int fd, OnStream on_stream) {
  auto* handle = new Handle;
  uv_pipe_init(loop.raw(), &handle->pipe, 0);
  handle->handle.data = handle;
  handle->on_stream = std::move(on_stream);
  if (const int status = uv_pipe_open(&handle->pipe, fd); status != 0) {
    handle->close();
    return core::fail(uv_error(status, "opening a listening descriptor"));
  }
  return listen(handle, "a passed descriptor");
}

Listener::~Listener() {
  handle_->close();
}

}  // namespace berth::loop
