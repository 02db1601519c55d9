#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_set>
#include <vector>

#include "service/core/committed_events.h"
#include "service/core/redactor.h"
#include "service/core/store.h"
#include "service/core/time.h"
#include "storage/sqlite/writer.h"
#include "storage/stores/event_ids.h"

namespace berth::storage {

using core::CommittedEvents;
using core::OnCommitted;

/// Stores the records of change sets, each in its table, without the secrets in them: nothing gets
/// past it into the database or to those who follow the events. The writer's thread.
class RecordWriter final : public sqlite::BatchStore {
 public:
  RecordWriter(sqlite::Database& database, EventIds ids, const core::Clock& clock,
               OnCommitted on_committed, std::shared_ptr<const core::Redactor> redactor);

  bool needs_full_sync(Sets sets) const override;
  core::Result<void> apply(Sets sets) override;
  void committed(Sets sets) override;
  void rolled_back() override;

  std::int64_t last_event_id() const { return last_event_id_.load(); }  ///< any thread
  core::Result<void> close() { return ids_.close(database_); }

 private:
  core::Result<void> store(core::Change& change);
  /// Gives it id, time and a correlation id; false if it was stored before, under the id that it
  /// gets then.
  core::Result<bool> complete(core::EventRecord& event, core::Timestamp now);

  sqlite::Database& database_;
  EventIds ids_;
  const core::Clock& clock_;
  OnCommitted on_committed_;
  const std::shared_ptr<const core::Redactor> redactor_;  // may be empty
  std::atomic<std::int64_t> last_event_id_;
  std::unordered_set<const core::EventRecord*> repeated_;  // of this transaction
};

}  // namespace berth::storage
