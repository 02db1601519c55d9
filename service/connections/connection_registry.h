#pragma once

#include <string>
#include <unordered_map>

#include "service/core/connections.h"
#include "service/core/store.h"
#include "service/core/time.h"

namespace berth::connections {

/// The open connections, their stored form and their events. Core loop.
class ConnectionRegistry final : public core::Connections {
 public:
  ConnectionRegistry(core::ChangeLog& log, const core::Clock& clock) : log_(log), clock_(clock) {}

  core::ConnectionId opened(core::ConnectionRecord record,
                            std::function<void(const std::string& reason)> kill) override;
  void described(const core::ConnectionId& id, const std::string& client_name,
                 const std::string& client_version, const std::string& protocol_version) override;
  void closed(const core::ConnectionId& id, const std::string& reason) override;
  bool is_connected(const std::string& client_id) const override;
  std::vector<core::ConnectionRecord> open_connections() const override;

  std::size_t size() const { return open_.size(); }
  /// Closes all of them, at a stop.
  void kill_all(const std::string& reason);

 private:
  struct Open {
    core::ConnectionRecord record;
    std::function<void(const std::string&)> kill;
  };

  void store(const core::ConnectionRecord& record, const char* event, core::Severity severity);

  core::ChangeLog& log_;
  const core::Clock& clock_;
  std::unordered_map<core::ConnectionId, Open> open_;
  std::unordered_map<std::string, std::size_t> per_client_;
};

}  // namespace berth::connections
