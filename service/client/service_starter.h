#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "service/core/error.h"
#include "service/core/time.h"
#include "service/loop/poller.h"
#include "service/loop/timer.h"
#include "service/platform/paths.h"
#include "service/platform/spawn.h"

namespace berth::client {

/// Starts `berthd` as the user's own instance, away from this process (own session, no descriptors
/// of ours), for whoever finds no service. Of several that try at once one does it: the lock file
/// `autostart.lock` in the runtime folder is held until the service answers. What the service
/// writes is appended to `autostart.log`, which becomes `autostart.log.1` at a start that finds it
/// larger than kMaxAutostartLog. Loop thread.
class ServiceStarter {
 public:
  /// `program` is berthd's path.
  ServiceStarter(loop::Loop& loop, platform::InstancePaths user, std::string program);

  /// Starts the service unless it is being started or answers already. An error says why it can't
  /// be, with the last that the service wrote; after a failure the same error comes for a while
  /// (1 s, longer after each further failure) without another try. `conflict`: it ended because it
  /// could not get its folders or address, which another service may just be taking.
  core::Result<void> start();

  /// The service answers: another may start the next one.
  void settled();

  /// A start by this process is under way.
  bool starting() const { return static_cast<bool>(lock_); }
  /// Why the last start failed.
  const std::optional<core::Error>& failure() const { return failure_; }

 private:
  bool answers() const;
  core::Result<void> spawn();
  void ended();
  void failed(core::ErrorCode code, std::string message);
  void release();
  core::Result<platform::Descriptor> open_log();
  std::string last_words() const;
  std::string log_path() const;

  loop::Loop& loop_;
  platform::InstancePaths user_;
  std::string program_;
  platform::Descriptor lock_;
  platform::Child child_;
  std::unique_ptr<loop::Poller> child_end_;
  loop::Timer patience_;
  std::optional<core::Error> failure_;
  core::Instant retry_at_;
  std::chrono::milliseconds pause_{};  ///< before that; 0 = the last start did not fail
  platform::Descriptor log_;
  std::uint64_t log_begin_ = 0;  ///< where the running service's part of it begins
};

/// Bytes.
inline constexpr std::uint64_t kMaxAutostartLog = 1U << 20U;

/// berthd beside this program, else the name for a search in PATH.
std::string service_program();

}  // namespace berth::client
