// What a client watches: by `resources/subscribe` in the handshake revisions, by
// `subscriptions/listen` since 2026-07-28.
#include <utility>

#include "service/mcp/listening.h"
#include "service/mcp/peer.h"

namespace berth::mcp {

void Peer::listen(const Request& request, const CallRef& call) {
  auto listening = Listening::make(
      {server_.resources(), server_.tasks(), &server_.info()}, watch_budget_, call.id(), request,
      [call](Outgoing notification) { call.tell(std::move(notification)); });
  if (!listening) return call.answer(rpc_fail(listening.error()));
  call.hold(*listening);
  (*listening)->start(request.context.caller);  // last: a reply may destroy the peer
}

void Peer::subscribe(const Request& request, const Server::Done& done) {
  const auto uri = read_uri(request.params);
  if (!uri) return done(rpc_fail(uri.error()));
  if (!subscribed_) {
    subscribed_ = std::make_shared<WatchSet>(*server_.resources(), watch_budget_,
                                             [this](const std::string& changed) {
                                               const Reply notify = notify_;
                                               if (notify) notify(resource_updated(changed));
                                             });
  }
  subscribed_->add(
      request.context.caller, *uri,
      [done, uri = *uri, revision = request.revision](const core::Result<void>& watch) {
        if (watch) return done("{}");
        done(rpc_fail(resource_error(watch.error(), uri, revision)));
      });
}

void Peer::unsubscribe(const Request& request, const Server::Done& done) {
  const auto uri = read_uri(request.params);
  if (!uri) return done(rpc_fail(uri.error()));
  if (subscribed_) subscribed_->remove(*uri);
  done("{}");
}

void Peer::repeat_notifications() {
  if (!subscribed_) return;
  const Reply notify = notify_;
  for (const std::string& uri : subscribed_->uris()) notify(resource_updated(uri));
}

void Peer::end_listening() {
  const auto calls = calls_;  // a reply may destroy the peer
  while (auto call = calls->take_any_listening()) {
    call->end(response(call->id, call->listening->result()));
  }
}

}  // namespace berth::mcp
