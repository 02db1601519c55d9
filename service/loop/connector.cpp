#include "service/loop/connector.h"

#include <fmt/format.h>
#include <netinet/in.h>

#include "service/loop/stream_handle.h"

namespace berth::loop {

struct Connector::Attempt {
  uv_connect_t request{};
  Stream::Handle* handle = nullptr;
  Connector* owner = nullptr;  // null once the Connector is gone
  Done done;
  std::string where;

  static void finished(uv_connect_t* raw, int status) {
    const std::unique_ptr<Attempt> self(static_cast<Attempt*>(raw->data));
    self->complete(status);
  }

  void complete(int status) {
    if (owner == nullptr) {
      handle->close();
      return;
    }
    owner->attempt_ = nullptr;
    const Done callback = std::move(done);
    if (status != 0) {
      handle->close();
      callback(core::fail(uv_error(status, fmt::format("connecting to {}", where))));
      return;
    }
    if (handle->handle.type == UV_TCP) uv_tcp_nodelay(&handle->tcp, 1);
    callback(std::unique_ptr<Stream>(new Stream(handle)));
  }
};

std::unique_ptr<Connector> Connector::local(Loop& loop, const std::string& path, Done done) {
  auto* attempt = new Attempt;
  std::unique_ptr<Connector> connector(new Connector(attempt));
  attempt->owner = connector.get();
  attempt->done = std::move(done);
  attempt->where = path;
  attempt->request.data = attempt;
  attempt->handle = new Stream::Handle;
  uv_pipe_init(loop.raw(), &attempt->handle->pipe, 0);
  attempt->handle->handle.data = attempt->handle;
  uv_pipe_connect(&attempt->request, &attempt->handle->pipe, path.c_str(), &Attempt::finished);
  return connector;
}

std::unique_ptr<Connector> Connector::tcp(Loop& loop, const std::string& address,
                                          std::uint16_t port, Done done) {
  auto* attempt = new Attempt;
  std::unique_ptr<Connector> connector(new Connector(attempt));
  attempt->owner = connector.get();
  attempt->done = std::move(done);
  attempt->where = fmt::format("{}:{}", address, port);
  attempt->request.data = attempt;
  attempt->handle = new Stream::Handle;
  uv_tcp_init(loop.raw(), &attempt->handle->tcp);
  attempt->handle->handle.data = attempt->handle;
  sockaddr_storage storage{};
  int status = uv_ip4_addr(address.c_str(), port, reinterpret_cast<sockaddr_in*>(&storage));
  if (status != 0) {
    status = uv_ip6_addr(address.c_str(), port, reinterpret_cast<sockaddr_in6*>(&storage));
  }
  if (status == 0) {
    status = uv_tcp_connect(&attempt->request, &attempt->handle->tcp,
                            reinterpret_cast<sockaddr*>(&storage), &Attempt::finished);
  }
  if (status != 0) {
    // The caller has no Connector yet: tell it on the next turn, as every other outcome.
    loop.defer([attempt, status] {
      const std::unique_ptr<Attempt> self(attempt);
      self->complete(status);
    });
  }
  return connector;
}

Connector::~Connector() {
  if (attempt_ == nullptr) return;
  attempt_->owner = nullptr;
  attempt_->done = nullptr;
}

}  // namespace berth::loop
