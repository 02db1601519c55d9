#include "api/events/event_streams.h"

#include <utility>

#include "api/events/event_query.h"
#include "api/events/stream_outlet.h"
#include "api/http/problem.h"
#include "service/core/event_source.h"

namespace berth::api_events {
namespace {

using http::Headers;

/// What is asked of a client that found no room.
constexpr core::Milliseconds kComeBackIn{10'000};

Headers stream_headers(events::Encoding encoding) {
  Headers headers = http::event_stream_headers();
  headers.push_back({"Cache-Control", "no-store"});
  headers.push_back({"Vary", "Accept-Encoding"});
  if (encoding == events::Encoding::server_sent_gzip) {
    headers.push_back({"Content-Encoding", "gzip"});
  }
  return headers;
}

}  // namespace

EventStreams::EventStreams(loop::Loop& core_loop, events::HubGroup& hubs,
                           core::Connections& connections, const core::Clock& clock,
                           std::string instance_id, StreamLimits limits)
    : core_loop_(core_loop),
      hubs_(hubs),
      connections_(connections),
      clock_(clock),
      instance_id_(std::move(instance_id)),
      limits_(limits) {}

EventStreams::~EventStreams() = default;

void EventStreams::add_routes(http::Router& router) {
  const auto follow_events = [this](const std::shared_ptr<http::Exchange>& exchange) {
    follow(exchange);
  };
  for (const char* path : {"/events", "/events/{topic}", "/supervisor/events"}) {
    router.add(http::Method::get, path, {}, follow_events);
  }
}

core::Result<void> EventStreams::check_room(const core::Caller& caller) const {
  if (open_.size() >= limits_.streams) {
    return core::fail(
        {core::ErrorCode::unavailable, "Too many event streams are open", {}, kComeBackIn});
  }
  const auto of_client = per_client_.find(caller.client_id);
  if (caller.identity.scope == core::Scope::admin || of_client == per_client_.end() ||
      of_client->second < limits_.per_client) {
    return {};
  }
  return core::fail({core::ErrorCode::limit_exceeded,
                     "This client has too many event streams open",
                     {},
                     kComeBackIn});
}

void EventStreams::follow(const std::shared_ptr<http::Exchange>& exchange) {
  const http::Request& request = exchange->request();
  auto query = read_event_query(request, clock_.now());
  if (!query) return exchange->fail(query.error());
  events::Subscription wanted;
  wanted.filter = std::move(query->filter);
  wanted.place = query->place;
  if (accepts_gzip(request.header("Accept-Encoding").value_or(""))) {
    wanted.encoding = events::Encoding::server_sent_gzip;
  }
  Headers headers = stream_headers(wanted.encoding);
  headers.push_back({std::string(core::kInstanceHeader), instance_id_});
  if (request.method == http::Method::head) return exchange->respond({200, headers, {}});
  if (const auto room = check_room(request.caller); !room) return exchange->fail(room.error());

  events::HubGroup::Seat seat = hubs_.take_seat();
  // Before the client hears that it is served: it may publish right then.
  wanted.asked_at = seat.hub().last_id();
  const core::Caller caller = request.caller;
  core::ConnectionRecord record = core::new_connection("sse", caller, request.peer);
  record.client_name = request.header("User-Agent").value_or("");
  auto handed_over = exchange->hand_over(200, headers);
  if (!handed_over) return;
  auto connection = handed_over->stream->release();
  if (!connection) return;  // it is closed: the client comes back

  const core::ConnectionId id = record.id;
  loop::Loop& stream_loop = seat.loop();
  events::EventHub& hub = seat.hub();
  open_.emplace(id, Open{caller.client_id, std::move(handed_over->slot), std::move(seat)});
  ++per_client_[caller.client_id];
  // Both are used on the stream loop only.
  const auto subscriber = std::make_shared<events::EventHub::Handle>();
  const auto descriptor = std::make_shared<platform::Descriptor>(*std::move(connection));
  connections_.opened(std::move(record),
                      [this, &stream_loop, subscriber](const std::string& reason) {
                        if (stopping_) return;
                        stream_loop.post([subscriber, reason] {
                          if (const auto found = subscriber->lock()) found->close(reason);
                        });
                      });
  events::EventHub::Ended ended = [&core_loop = core_loop_, id, self = std::weak_ptr(self_)](
                                      std::string_view why, const events::SubscriberTotals&) {
    core_loop.post([id, self, reason = std::string(why)] {
      if (const auto streams = self.lock()) (*streams)->ended(id, reason);
    });
  };
  stream_loop.post([this, &stream_loop, &hub, subscriber, descriptor, wanted = std::move(wanted),
                    ended = std::move(ended)]() mutable {
    auto outlet =
        std::make_unique<StreamOutlet>(stream_loop, std::move(*descriptor), limits_.stall);
    *subscriber = hub.subscribe(std::move(wanted), std::move(outlet), std::move(ended));
  });
}

void EventStreams::ended(const core::ConnectionId& id, const std::string& why) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  const auto of_client = per_client_.find(found->second.client_id);
  if (--of_client->second == 0) per_client_.erase(of_client);
  open_.erase(found);
  connections_.closed(id, why);
}

}  // namespace berth::api_events
