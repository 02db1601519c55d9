#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "api/http/exchange.h"
#include "api/http/router.h"
#include "service/core/connections.h"
#include "service/core/time.h"
#include "service/events/hub_group.h"
#include "service/loop/loop.h"

namespace berth::api_events {

struct StreamLimits {
  std::size_t streams = 10'000;       ///< open at once; beyond: 503
  std::size_t per_client = 64;        ///< of one that is not admin: 429
  core::Milliseconds stall{300'000};  ///< a client that takes nothing for so long is closed
};

/// `/events` and `/events/{topic}`: the event log as server-sent events (HTML, Server-sent events).
/// A request is looked at on the core loop; its connection then moves to the loop of a hub, which
/// fills it. Core loop, but for what that loop calls back.
class EventStreams {
 public:
  /// All of it must outlive this object, and the hubs' threads must have ended before it.
  /// `instance_id` is sent with each stream (core::kInstanceHeader).
  EventStreams(loop::Loop& core_loop, events::HubGroup& hubs, core::Connections& connections,
               const core::Clock& clock, std::string instance_id, StreamLimits limits);
  ~EventStreams();
  EventStreams(const EventStreams&) = delete;
  EventStreams& operator=(const EventStreams&) = delete;

  void add_routes(http::Router& router);

  /// No stream is killed any more: the hub ends them, once all is told.
  void stop() { stopping_ = true; }

 private:
  struct Open {
    std::string client_id;
    std::shared_ptr<void> slot;  // of the front
    events::HubGroup::Seat seat;
  };

  void follow(const std::shared_ptr<http::Exchange>& exchange);
  core::Result<void> check_room(const core::Caller& caller) const;
  void ended(const core::ConnectionId& id, const std::string& why);

  loop::Loop& core_loop_;
  events::HubGroup& hubs_;
  core::Connections& connections_;
  const core::Clock& clock_;
  const std::string instance_id_;
  StreamLimits limits_;
  std::map<core::ConnectionId, Open> open_;
  std::map<std::string, std::size_t> per_client_;
  bool stopping_ = false;
  std::shared_ptr<EventStreams*> self_ = std::make_shared<EventStreams*>(this);
};

}  // namespace berth::api_events
