#include "api/http/front.h"

#include <utility>

namespace berth::http {

Front::Front(loop::Loop& loop, core::Authenticator& authenticator, FrontOptions options)
    : loop_(loop),
      options_(std::move(options)),
      gate_(HostPolicy(options_.hosts, options_.origins), authenticator),
      context_{loop_,
               options_.limits,
               router_,
               gate_,
               statistics_,
               false,
               [this](const core::ConnectionId& id) { forget(id); },
               [this] {
                 ++*upgraded_;
                 // Given back by whoever has the connection now, perhaps after the front is gone.
                 return std::shared_ptr<void>(nullptr, [count = upgraded_](void*) { --*count; });
               }},
      drain_timer_(loop) {}

Front::~Front() {
  on_drained_ = nullptr;
  stop_accepting();
  close_all();
}

core::Result<std::uint16_t> Front::listen_tcp(const std::string& address, std::uint16_t port) {
  auto listener = loop::Listener::tcp(
      loop_, address, port,
      [this](std::unique_ptr<loop::Stream> stream) { accept(std::move(stream), false); });
  if (!listener) return core::fail(listener.error());
  const std::uint16_t taken = (*listener)->port();
  gate_.policy().add_listener(address, taken);
  listeners_.push_back(std::move(*listener));
  return taken;
}

core::Result<void> Front::listen_local(const std::string& path, unsigned mode) {
  auto listener = loop::Listener::local(
      loop_, path, mode,
      [this](std::unique_ptr<loop::Stream> stream) { accept(std::move(stream), true); });
  if (!listener) return core::fail(listener.error());
  listeners_.push_back(std::move(*listener));
  return {};
}

void Front::accept(std::unique_ptr<loop::Stream> stream, bool local) {
  ++statistics_.accepted;
  const FrontLimits& limits = options_.limits;
  const std::size_t open = open_connections();
  if (open >= limits.connections + limits.refusals) {
    ++statistics_.refused[static_cast<std::size_t>(RefusalReason::capacity)];
    return;  // not even room to say so
  }
  auto connection = std::make_shared<Connection>(context_, std::move(stream), local);
  connections_.emplace(connection->id(), connection);
  if (open >= limits.connections) {
    connection->turn_away();
  } else {
    connection->start();
  }
}

void Front::forget(const core::ConnectionId& id) {
  connections_.erase(id);
  if (connections_.empty() && on_drained_) finish_drain_soon();
}

void Front::stop_accepting() {
  listeners_.clear();
}

void Front::drain(std::chrono::milliseconds grace, std::function<void()> done) {
  context_.draining = true;
  on_drained_ = std::move(done);
  drain_timer_.start(grace, [this] {
    close_all();
    finish_drain();
  });
  const auto open = connections_;
  for (const auto& [id, connection] : open) connection->begin_drain();
  if (connections_.empty()) finish_drain_soon();
}

// Not from within the call that closed the last connection.
void Front::finish_drain_soon() {
  drain_timer_.start(std::chrono::milliseconds(0), [this] { finish_drain(); });
}

void Front::finish_drain() {
  drain_timer_.cancel();
  if (const auto done = std::exchange(on_drained_, nullptr)) done();
}

void Front::close_all() {
  const auto open = connections_;
  for (const auto& [id, connection] : open) connection->close();
}

std::vector<ConnectionInfo> Front::connections() const {
  std::vector<ConnectionInfo> list;
  list.reserve(connections_.size());
  for (const auto& [id, connection] : connections_) list.push_back(connection->info());
  return list;
}

bool Front::close_connection(const core::ConnectionId& id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return false;
  const auto connection = found->second;
  connection->close();
  return true;
}

Statistics Front::statistics() const {
  Statistics now = statistics_;
  now.open_connections = open_connections();
  return now;
}

}  // namespace berth::http
