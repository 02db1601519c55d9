#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/http/connection.h"
#include "api/http/gate.h"
#include "api/http/limits.h"
#include "api/http/router.h"
#include "api/http/statistics.h"
#include "service/core/identity.h"
#include "service/loop/listener.h"
#include "service/loop/loop.h"
#include "service/loop/timer.h"

namespace berth::http {

struct FrontOptions {
  FrontLimits limits;
  std::vector<std::string> hosts;    ///< names the service has beside the loopback ones
  std::vector<std::string> origins;  ///< web origins beside the service's own (`https://a.b:8443`)
};

/// The HTTP/1.1 server: listens on TCP and on a Unix socket, and takes every request from there to
/// its handler on the loop's thread; an open connection costs memory only. To follow a request:
/// front.cpp accepts, connection.cpp reads it (request_reader.h), lets it in (gate.h, router.h) and
/// calls the handler, connection_answer.cpp sends the answer. Loop thread only.
class Front {
 public:
  Front(loop::Loop& loop, core::Authenticator& authenticator, FrontOptions options);
  ~Front();
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  /// Add all routes before listening.
  Router& router() { return router_; }

  /// `port` 0 takes a free one; the one taken. May be called for several addresses.
  core::Result<std::uint16_t> listen_tcp(const std::string& address, std::uint16_t port);
  /// Replaces a stale socket; `mode` are its permission bits.
  core::Result<void> listen_local(const std::string& path, unsigned mode);

  /// Open connections go on.
  void stop_accepting();
  /// From now on requests get 503 with Retry-After (but for RouteOptions::while_draining), idle
  /// connections are closed and busy ones after their response. `done` is called once none is left,
  /// at the latest after `grace`, when the rest is closed.
  void drain(std::chrono::milliseconds grace, std::function<void()> done);
  void close_all();

  std::vector<ConnectionInfo> connections() const;
  /// False if there is none of that id.
  bool close_connection(const core::ConnectionId& id);
  Statistics statistics() const;

 private:
  void accept(std::unique_ptr<loop::Stream> stream, bool local);
  void forget(const core::ConnectionId& id);
  void finish_drain_soon();
  void finish_drain();
  std::size_t open_connections() const { return connections_.size() + *upgraded_; }

  loop::Loop& loop_;
  FrontOptions options_;
  Router router_;
  Gate gate_;
  Statistics statistics_;
  FrontContext context_;
  std::vector<std::unique_ptr<loop::Listener>> listeners_;
  std::map<core::ConnectionId, std::shared_ptr<Connection>> connections_;
  std::shared_ptr<std::size_t> upgraded_ = std::make_shared<std::size_t>(0);
  loop::Timer drain_timer_;
  std::function<void()> on_drained_;
};

}  // namespace berth::http
