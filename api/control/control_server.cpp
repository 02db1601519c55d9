#include "api/control/control_server.h"

#include <fmt/format.h>

#include <utility>

#include "api/control/answer_line.h"

namespace berth::control {

core::Result<void> ControlServer::listen(const std::string& path, unsigned mode) {
  auto listener = loop::Listener::local(
      loop_, path, mode,
      [this](std::unique_ptr<loop::Stream> stream) { accept(std::move(stream)); });
  if (!listener) return core::fail(listener.error());
  listener_ = std::move(*listener);
  return {};
}

void ControlServer::accept(std::unique_ptr<loop::Stream> stream) {
  const auto peer = stream->peer_identity();
  const auto identity = peer ? authenticator_.by_uid(peer->uid) : std::nullopt;
  if (!identity) {
    const std::string who = peer ? fmt::format("The user {}", peer->uid) : "Who is not known";
    return stream->write(error_line(
        "null", {core::ErrorCode::permission_denied, who + " has no right here", {}, {}}));
  }
  if (open_.size() >= kMaxConnections) {
    return stream->write(error_line(
        "null", {core::ErrorCode::unavailable, "Too many control connections are open", {}, {}}));
  }
  core::Caller caller;
  caller.identity = *identity;
  caller.client_id = identity->principal;
  core::ConnectionRecord record =
      core::new_connection("control", caller, fmt::format("uid {}, pid {}", peer->uid, peer->pid));
  caller.connection_id = record.id;
  const auto connection =
      std::make_shared<ControlConnection>(std::move(stream), std::move(caller), commands_, feeds_);
  open_.insert(connection);
  const core::ConnectionId id = connections_.opened(
      std::move(record), [weak = std::weak_ptr(connection)](const std::string& reason) {
        if (const auto open = weak.lock()) open->close(reason);
      });
  connection->start([this, id, weak = std::weak_ptr(connection)](const std::string& why) {
    open_.erase(weak.lock());
    connections_.closed(id, why);
  });
}

}  // namespace berth::control
