#include "service/execution/terminal_requests.h"

#include <utility>

#include "service/execution/event_records.h"
#include "service/runtime/log.h"

namespace berth::execution {
namespace {

constexpr std::chrono::milliseconds kMovesInterval{250};
/// With more watched requests than this, each hears of its moves less often.
constexpr std::size_t kMovesPerTurn = 500;
/// 100 events a second.
constexpr std::size_t kMoveEventsPerTurn = 25;
constexpr std::chrono::seconds kLoadInterval{2};

}  // namespace

TerminalRequests::TerminalRequests(loop::Loop& loop, core::ChangeLog& log, const core::Clock& clock,
                                   QueueSettings settings)
    : log_(log),
      clock_(clock),
      settings_(std::move(settings)),
      slots_(settings_.limits, clock),
      throttle_(settings_.limits.slots, {}),
      moves_timer_(loop),
      load_timer_(loop) {
  load_timer_.start_repeating(kLoadInterval, [this] {
    watch_load();
    expire();
  });
}

core::Result<void> TerminalRequests::check(const std::string& client_id) const {
  return slots_.check(client_id);
}

core::Result<bool> TerminalRequests::ask(Ask ask) {
  const core::RequestId id = ask.record.id;
  auto on_granted = [this, id, run = std::move(ask.granted)] { granted(id, run); };
  if (const auto kept = waiting_.find(id); kept != waiting_.end()) {
    kept_.erase(id);
    kept->second.moved = std::move(ask.moved);
    const auto taken = slots_.claim(id, std::move(on_granted));
    if (taken && *taken) {
      end(id, core::RequestState::ready);
    } else if (taken) {
      static_cast<void>(slots_.watch(id));
    }
    return taken;
  }
  const auto taken =
      slots_.request({id, ask.record.client_id, ask.record.sync, std::move(on_granted)});
  if (!taken || *taken) return taken;

  const auto place = slots_.watch(id);
  Waiting& waiting = waiting_[id];
  waiting.record = std::move(ask.record);
  waiting.moved = std::move(ask.moved);
  waiting.record.arrival = place->arrival.number;
  waiting.record.arrived_at = place->arrival.time;
  waiting.record.estimate = place->eta;
  core::ChangeSet set;
  set.durability = waiting.record.sync ? core::Durability::ordinary : core::Durability::durable;
  set.add(waiting.record);
  log_.commit(std::move(set), nullptr);
  if (!moves_timer_.active()) {
    moves_timer_.start_repeating(kMovesInterval, [this] { tell_moves(); });
  }
  return false;
}

void TerminalRequests::granted(const core::RequestId& id, const queue::SlotQueue::Granted& run) {
  end(id, core::RequestState::ready);
  run();
}

void TerminalRequests::end(const core::RequestId& id, core::RequestState state) {
  kept_.erase(id);
  core::RequestRecord record = std::move(waiting_.extract(id).mapped().record);
  record.state = state;
  record.ended_at = clock_.now();
  core::ChangeSet set;
  if (state != core::RequestState::ready) set.add(request_event("request.cancelled", record));
  set.add(std::move(record));
  log_.commit(std::move(set), nullptr);
}

bool TerminalRequests::withdraw(const core::RequestId& id) {
  if (!slots_.cancel(id)) return false;
  end(id, core::RequestState::cancelled);
  return true;
}

core::RequestView TerminalRequests::view_of(const Waiting& waiting,
                                            const queue::SlotQueue::Place& place) const {
  core::RequestView view;
  view.request = waiting.record;
  view.position = place.position;
  view.eta = place.eta;
  return view;
}

core::Result<core::RequestView> TerminalRequests::view(const core::RequestId& id) const {
  const auto place = slots_.place(id);
  if (!place) return core::fail(place.error());
  return view_of(waiting_.at(id), *place);
}

core::Result<core::RequestView> TerminalRequests::change_type(const core::RequestId& id,
                                                              bool sync) {
  const auto place = slots_.change_type(id, sync);
  if (!place) return core::fail(place.error());
  Waiting& waiting = waiting_.at(id);
  core::RequestView view = view_of(waiting, *place);
  if (std::exchange(waiting.record.sync, sync) == sync) return view;
  view.request.sync = sync;
  core::ChangeSet set;
  set.add(waiting.record).add(request_event("queue.type_changed", view));
  log_.commit(std::move(set), nullptr);
  return view;
}

std::vector<core::RequestView> TerminalRequests::list(std::size_t skip, std::size_t limit) const {
  std::vector<core::RequestView> views;
  for (const auto& entry : slots_.list(skip, limit)) {
    views.push_back(view_of(waiting_.at(entry.id), entry.place));
  }
  return views;
}

void TerminalRequests::tell_moves() {
  if (slots_.waiting() == 0) {
    due_moves_.clear();
    return moves_timer_.cancel();
  }
  for (const auto& moved : slots_.moved(kMovesPerTurn)) {
    Waiting& waiting = waiting_.at(moved.id);
    if (!std::exchange(waiting.move_due, true)) due_moves_.push_back(moved.id);
    if (waiting.moved) waiting.moved(view_of(waiting, moved.place));
  }
  record_moves();
}

/// An event is stored for good, and a long queue that moves fast would fill the log with nothing
/// else: each in its turn, with the place that it has by then.
void TerminalRequests::record_moves() {
  core::ChangeSet set;
  set.unhurried = true;
  while (!due_moves_.empty() && set.changes.size() < kMoveEventsPerTurn) {
    const core::RequestId id = std::move(due_moves_.front());
    due_moves_.pop_front();
    const auto waiting = waiting_.find(id);
    const auto place = slots_.place(id);
    if (waiting == waiting_.end() || !place) continue;
    waiting->second.move_due = false;
    set.add(request_event("queue.position_changed", view_of(waiting->second, *place)));
  }
  if (!set.changes.empty()) log_.commit(std::move(set), nullptr);
}

// --- Over a restart of the service ---

void TerminalRequests::restore(std::vector<core::RequestRecord> records) {
  for (core::RequestRecord& record : records) {
    const auto restored = slots_.restore(
        {record.id, record.client_id, record.sync, {record.arrival, record.arrived_at}});
    if (!restored) {
      runtime::log_warning("execution", "a stored request can't be put back")
          .with("request_id", record.id)
          .with("error", restored.error().message);
      continue;
    }
    const core::RequestId id = record.id;
    waiting_[id] = Waiting{std::move(record), nullptr};
    kept_.insert(id);
  }
  if (slots_.waiting() > 0) {
    moves_timer_.start_repeating(kMovesInterval, [this] { tell_moves(); });
  }
}

std::optional<core::RequestRecord> TerminalRequests::find_kept(const std::string& client_id,
                                                               const std::string& request_key,
                                                               const std::string& link_key) const {
  for (const core::RequestId& id : kept_) {
    const core::RequestRecord& record = waiting_.at(id).record;
    if (record.client_id != client_id || record.session_id.empty()) continue;
    if ((!request_key.empty() && record.request_key == request_key) ||
        (!link_key.empty() && record.link_key == link_key)) {
      return record;
    }
  }
  return std::nullopt;
}

void TerminalRequests::expire() {
  for (const core::RequestId& id :
       slots_.expire_unclaimed(clock_.instant() - settings_.claim_limit)) {
    end(id, core::RequestState::expired);
  }
}

// --- Under load ---

void TerminalRequests::watch_load() {
  if (!settings_.throttle || !settings_.sample_load) return;
  const auto change = throttle_.decide(settings_.sample_load(), slots_.used(), clock_.instant());
  if (!change) return;
  runtime::log_info("execution", "the number of terminals follows the load")
      .with("from", change->from)
      .with("to", change->to)
      .with("reason", change->reason);
  core::ChangeSet set;
  set.add(throttle_event(change->from, change->to, change->reason));
  log_.commit(std::move(set), nullptr);
  slots_.set_slots(change->to);
}

}  // namespace berth::execution
