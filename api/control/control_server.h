#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <string>

#include "api/control/command_set.h"
#include "api/control/control_connection.h"
#include "service/core/connections.h"
#include "service/core/event_feed.h"
#include "service/core/identity.h"
#include "service/loop/listener.h"
#include "service/loop/loop.h"

namespace berth::control {

/// `control.sock`: newline-delimited JSON commands of local users, who are known by what the kernel
/// says of them (contract: Control socket). Core loop.
class ControlServer {
 public:
  static constexpr std::size_t kMaxConnections = 64;

  /// All must outlive it.
  ControlServer(loop::Loop& loop, core::Authenticator& authenticator,
                core::Connections& connections, core::EventFeeds& feeds)
      : loop_(loop), authenticator_(authenticator), connections_(connections), feeds_(feeds) {}

  /// Add all commands before listening.
  CommandSet& commands() { return commands_; }

  /// Replaces a stale socket; `mode` are its permission bits.
  core::Result<void> listen(const std::string& path, unsigned mode);
  /// The connection list closes those that are open.
  void stop_accepting() { listener_.reset(); }

 private:
  void accept(std::unique_ptr<loop::Stream> stream);

  loop::Loop& loop_;
  core::Authenticator& authenticator_;
  core::Connections& connections_;
  core::EventFeeds& feeds_;
  CommandSet commands_;
  std::unique_ptr<loop::Listener> listener_;
  std::set<std::shared_ptr<ControlConnection>> open_;
};

}  // namespace berth::control
