#include "service/connections/connection_registry.h"

#include <utility>

#include "service/core/json.h"
#include "service/core/text.h"
#include "service/runtime/log.h"

namespace berth::connections {
namespace {

/// What a client says of itself (a User-Agent, clientInfo) goes into events and lists: valid UTF-8,
/// and no longer than a name.
std::string said(std::string_view text) {
  constexpr std::size_t kMostBytes = 200;
  // Each byte that is none of UTF-8 becomes three.
  return core::first_line(core::to_valid_utf8(text.substr(0, 2 * kMostBytes)), kMostBytes);
}

}  // namespace

core::ConnectionId ConnectionRegistry::opened(core::ConnectionRecord record,
                                              std::function<void(const std::string&)> kill) {
  if (!record.id) record.id = core::ConnectionId::make();
  record.client_name = said(record.client_name);
  record.client_version = said(record.client_version);
  record.opened_at = clock_.now();
  const core::ConnectionId id = record.id;
  ++per_client_[record.client_id];
  store(record, "connection.opened", core::Severity::info);
  open_.emplace(id, Open{std::move(record), std::move(kill)});
  return id;
}

void ConnectionRegistry::described(const core::ConnectionId& id, const std::string& client_name,
                                   const std::string& client_version,
                                   const std::string& protocol_version) {
  const std::string name = said(client_name);
  const std::string version = said(client_version);
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  core::ConnectionRecord& record = found->second.record;
  if (record.client_name == name && record.client_version == version &&
      record.protocol_version == protocol_version) {
    return;  // the modern era says it with every request
  }
  record.client_name = name;
  record.client_version = version;
  record.protocol_version = protocol_version;
  core::ChangeSet set;
  set.add(record);
  log_.commit(std::move(set), nullptr);
}

void ConnectionRegistry::closed(const core::ConnectionId& id, const std::string& reason) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  core::ConnectionRecord record = std::move(found->second.record);
  open_.erase(found);
  if (const auto client = per_client_.find(record.client_id);
      client != per_client_.end() && --client->second == 0) {
    per_client_.erase(client);
  }
  record.closed_at = clock_.now();
  record.close_reason = reason;
  store(record, "connection.closed", core::Severity::info);
}

bool ConnectionRegistry::is_connected(const std::string& client_id) const {
  return per_client_.contains(client_id);
}

std::vector<core::ConnectionRecord> ConnectionRegistry::open_connections() const {
  std::vector<core::ConnectionRecord> out;
  out.reserve(open_.size());
  for (const auto& [id, open] : open_) out.push_back(open.record);
  return out;
}

void ConnectionRegistry::kill_all(const std::string& reason) {
  std::vector<std::function<void(const std::string&)>> kills;
  for (auto& [id, open] : open_) kills.push_back(std::exchange(open.kill, nullptr));
  for (const auto& kill : kills) {
    if (kill) kill(reason);
  }
}

void ConnectionRegistry::store(const core::ConnectionRecord& record, const char* event,
                               core::Severity severity) {
  core::JsonWriter data;
  data.begin_object().member("kind", record.kind).member("peer", record.peer);
  if (!record.client_name.empty()) data.member("client_name", record.client_name);
  if (record.closed_at) {
    data.member("reason", record.close_reason)
        .member("duration_ms", (*record.closed_at - record.opened_at).count());
  }
  data.end_object();
  core::EventRecord fact;
  fact.type = event;
  fact.severity = severity;
  fact.client_id = record.client_id;
  fact.connection_id = record.id;
  fact.data = data.str();
  core::ChangeSet set;
  set.add(record).add(std::move(fact));
  log_.commit(std::move(set), nullptr);
  runtime::LogLine line = runtime::log_info("connections", event);
  line.with("connection_id", record.id)
      .with("kind", record.kind)
      .with("peer", record.peer)
      .with("client_id", record.client_id);
  if (!record.closed_at) return;
  line.with("reason", record.close_reason)
      .with("duration_ms", (*record.closed_at - record.opened_at).count());
}

}  // namespace berth::connections
