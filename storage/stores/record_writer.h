#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "service/core/store.h"
#include "service/core/time.h"
#include "storage/sqlite/writer.h"
#include "storage/stores/event_ids.h"

namespace berth::storage {

/// The events of one transaction, in the order of their ids. Batches are chained by `prev_id`,
/// which is the last_id of the batch before: not by +1, since ids may have gaps.
struct CommittedEvents {
  std::int64_t prev_id = 0;
  std::int64_t last_id = 0;
  std::vector<core::EventRecord> events;
};

/// Called on the writer's thread after each commit that had events, before the completions of its
/// sets are posted. Must not block.
using OnCommitted = std::function<void(std::shared_ptr<const CommittedEvents>)>;

/// Stores the records of change sets, each in its table. The writer's thread.
class RecordWriter final : public sqlite::BatchStore {
 public:
  RecordWriter(sqlite::Database& database, EventIds ids, const core::Clock& clock,
               OnCommitted on_committed);

  bool needs_full_sync(Sets sets) const override;
  core::Result<void> apply(Sets sets) override;
  void committed(Sets sets) override;
  void rolled_back() override;

  std::int64_t last_event_id() const { return last_event_id_.load(); }  ///< any thread
  core::Result<void> close() { return ids_.close(database_); }

 private:
  sqlite::Database& database_;
  EventIds ids_;
  const core::Clock& clock_;
  OnCommitted on_committed_;
  std::atomic<std::int64_t> last_event_id_;
};

}  // namespace berth::storage
