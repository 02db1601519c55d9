#include "service/execution/lane_table.h"

#include <vector>

namespace berth::execution {

core::SessionState Lane::state() const {
  if (closing) return core::SessionState::ended;
  if (!ready) return session ? session->state : core::SessionState::starting;
  return current ? core::SessionState::busy : core::SessionState::ready;
}

Lane& LaneTable::add(core::HostRecord host, std::optional<core::SessionRecord> session) {
  auto lane = std::make_unique<Lane>();
  lane->host = std::move(host);
  lane->session = std::move(session);
  lane->trimmed_seq = lane->host.journal_seq;
  Lane& added = *lane;
  if (added.session) sessions_[added.session->id] = &added;
  lanes_[added.host.id] = std::move(lane);
  return added;
}

Lane* LaneTable::by_host(const core::HostId& id) const {
  const auto found = lanes_.find(id);
  return found == lanes_.end() ? nullptr : found->second.get();
}

Lane* LaneTable::by_session(const core::SessionId& id) const {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : found->second;
}

Lane* LaneTable::by_job(const core::JobId& id) const {
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : found->second;
}

std::unique_ptr<Lane> LaneTable::take(const core::HostId& id) {
  const auto found = lanes_.find(id);
  if (found == lanes_.end()) return nullptr;
  std::unique_ptr<Lane> lane = std::move(found->second);
  lanes_.erase(found);
  if (lane->session) sessions_.erase(lane->session->id);
  if (lane->current) jobs_.erase(lane->current->record.id);
  for (const jobs::JobPointer& job : lane->waiting) jobs_.erase(job->record.id);
  return lane;
}

std::shared_ptr<void> LaneTable::observe(const core::SessionId& id, OnChange changed) {
  auto observer = std::make_shared<OnChange>(std::move(changed));
  observers_[id].push_back(observer);
  return {observer.get(), [this, id, observer](void*) mutable {
            observer.reset();
            const auto list = observers_.find(id);
            if (list == observers_.end()) return;
            std::erase_if(list->second, [](const auto& weak) { return weak.expired(); });
            if (list->second.empty()) observers_.erase(list);
          }};
}

void LaneTable::changed(const core::SessionId& id) {
  const auto found = observers_.find(id);
  if (found == observers_.end()) return;
  const auto list = found->second;  // an observer may come or go meanwhile
  for (const auto& weak : list) {
    if (const auto observer = weak.lock()) (*observer)();
  }
}

void LaneTable::for_each(const std::function<void(Lane&)>& visit) const {
  std::vector<Lane*> lanes;  // a visit may take lanes out
  lanes.reserve(lanes_.size());
  for (const auto& [id, lane] : lanes_) lanes.push_back(lane.get());
  for (Lane* lane : lanes) visit(*lane);
}

}  // namespace berth::execution
