#include "storage/stores/record_writer.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "storage/stores/connections.h"
#include "storage/stores/event_sources.h"
#include "storage/stores/events.h"
#include "storage/stores/history.h"
#include "storage/stores/hosts.h"
#include "storage/stores/jobs.h"
#include "storage/stores/redacted.h"
#include "storage/stores/requests.h"
#include "storage/stores/sessions.h"
#include "storage/stores/tokens.h"

namespace berth::storage {
namespace {

std::size_t count_events(sqlite::BatchStore::Sets sets) {
  std::size_t count = 0;
  for (const core::ChangeSet* set : sets) {
    count += static_cast<std::size_t>(
        std::ranges::count_if(set->changes, [](const core::Change& change) {
          return std::holds_alternative<core::EventRecord>(change);
        }));
  }
  return count;
}

template <class Record>
core::Result<void> store_change(sqlite::Database& database, const Record& record) {
  return store_record(database, record);
}

/// Nobody asks for one that has ended.
core::Result<void> store_change(sqlite::Database& database, const core::HostRecord& host) {
  return host.ended_at ? erase_host(database, host.id) : store_record(database, host);
}

core::Result<void> store_change(sqlite::Database& database, const core::JobErasure& erasure) {
  return erase_job(database, erasure);
}

core::Result<void> store_change(sqlite::Database& database, const core::HistoryErasure& erasure) {
  return erase_history(database, erasure);
}

}  // namespace

RecordWriter::RecordWriter(sqlite::Database& database, EventIds ids, const core::Clock& clock,
                           OnCommitted on_committed, std::shared_ptr<const core::Redactor> redactor)
    : database_(database),
      ids_(ids),
      clock_(clock),
      on_committed_(std::move(on_committed)),
      redactor_(std::move(redactor)),
      last_event_id_(ids.last_id()) {}

bool RecordWriter::needs_full_sync(Sets sets) const {
  return ids_.needs_block(count_events(sets));
}

core::Result<void> RecordWriter::apply(Sets sets) {
  const std::size_t events = count_events(sets);
  if (ids_.needs_block(events)) {
    if (auto reserved = ids_.reserve(database_, events); !reserved) return reserved;
  }
  const core::Timestamp now = clock_.now();
  repeated_.clear();
  for (core::ChangeSet* set : sets) {
    if (set->event_ids) set->event_ids->clear();
    for (core::Change& change : set->changes) {
      if (auto* event = std::get_if<core::EventRecord>(&change)) {
        const auto is_new = complete(*event, now);
        if (!is_new) return core::fail(is_new.error());
        if (set->event_ids) set->event_ids->push_back(event->id);
        if (!*is_new) continue;
      }
      if (auto stored = store(change); !stored) return stored;
    }
  }
  return {};
}

core::Result<void> RecordWriter::store(core::Change& change) {
  if (redactor_) redact(*redactor_, change);
  auto stored =
      std::visit([&](const auto& record) { return store_change(database_, record); }, change);
  const auto* job = std::get_if<core::JobRecord>(&change);
  if (!stored || !redactor_ || job == nullptr || !core::is_final(job->state)) return stored;
  return redact_ended_job(database_, *redactor_, *job);
}

core::Result<bool> RecordWriter::complete(core::EventRecord& event, core::Timestamp now) {
  if (!event.source_id.empty()) {
    const auto stored = find_ingested(database_, event.source, event.source_id);
    if (!stored) return core::fail(stored.error());
    if (*stored > 0) {
      event.id = *stored;
      repeated_.insert(&event);
      return false;
    }
  }
  const EventIds::Stamp stamp = ids_.next(now);
  event.id = stamp.id;
  event.time = stamp.time;
  // What nobody asked for, such as a start of the service, is followed by an id of its own.
  if (!event.correlation_id) event.correlation_id = core::CorrelationId::make();
  return true;
}

void RecordWriter::committed(Sets sets) {
  ids_.committed();
  const std::int64_t prev_id = last_event_id_.exchange(ids_.last_id());
  if (!on_committed_ || prev_id == ids_.last_id()) return;
  auto batch = std::make_shared<CommittedEvents>();
  batch->prev_id = prev_id;
  batch->last_id = ids_.last_id();
  for (core::ChangeSet* set : sets) {
    for (core::Change& change : set->changes) {
      auto* event = std::get_if<core::EventRecord>(&change);
      if (event != nullptr && !repeated_.contains(event)) {
        batch->events.push_back(std::move(*event));
      }
    }
  }
  on_committed_(std::move(batch));
}

void RecordWriter::rolled_back() {
  ids_.rolled_back();
}

}  // namespace berth::storage
