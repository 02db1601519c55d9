#pragma once

#include <deque>
#include <functional>

#include "service/core/store.h"
#include "service/execution/coordinator.h"

namespace berth::execution {

/// Takes over what an earlier run of the service left: finds the hosts again, learns what their
/// commands came to, runs what never reached a host, and says `lost` only of what is. Core loop;
/// lives until it is done.
class Reconciler {
 public:
  Reconciler(Services services, Coordinator& coordinator)
      : services_(services), coordinator_(coordinator) {}

  /// `done` once every host has been heard of or is known to be dead; then the coordinator is
  /// settled.
  void start(core::OpenState state, std::function<void()> done);

  std::size_t remaining() const { return hosts_.size() + in_flight_; }

 private:
  void forget_unknown_hosts();
  void restore_sessions(core::OpenState& state);
  void restore_jobs(core::OpenState& state);
  void restore_job(core::JobRecord record);
  void end_session(core::SessionRecord session);
  void next();
  void host_settled(const core::HostId& id);

  Services services_;
  Coordinator& coordinator_;
  std::deque<core::HostId> hosts_;  // not looked for yet
  std::size_t in_flight_ = 0;
  std::deque<jobs::JobPointer> queued_;  // want a terminal of their own
  std::function<void()> done_;
};

}  // namespace berth::execution
