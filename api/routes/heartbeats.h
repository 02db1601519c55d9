#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <string>

#include "api/http/exchange.h"
#include "api/http/router.h"
#include "service/core/status.h"
#include "service/core/time.h"
#include "service/loop/loop.h"
#include "service/loop/timer.h"

namespace berth::routes {

/// `/heartbeat`: the service's health as server-sent events, at once and then once per interval. A
/// client that does not read is left out until it does. Core loop.
class Heartbeats {
 public:
  /// Open at once; beyond: 503.
  static constexpr std::size_t kMaxStreams = 1'000;

  Heartbeats(loop::Loop& loop, const core::StatusSource& status, core::Milliseconds interval);

  void add_routes(http::Router& router);
  void stop();

 private:
  using Stream = std::shared_ptr<http::ResponseStream>;

  void open(const std::shared_ptr<http::Exchange>& exchange);
  void beat();

  const core::StatusSource& status_;
  core::Milliseconds interval_;
  loop::Timer timer_;
  std::set<Stream> streams_;
};

}  // namespace berth::routes
