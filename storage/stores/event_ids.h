#pragma once

#include <cstddef>
#include <cstdint>

#include "service/core/error.h"
#include "service/core/time.h"
#include "storage/sqlite/database.h"

namespace berth::storage {

/// Gives events their ids and times. Ids rise and are never given twice, not even if power took the
/// last commits: they come from blocks reserved in the table event_id_block by a transaction with
/// full sync (which also carries the block's first events), and after an unclean end the next block
/// is begun. Times never fall as ids rise, also when the clock is set back. The writer's thread.
class EventIds {
 public:
  static constexpr std::int64_t kBlockSize = 4'096;

  struct Stamp {
    std::int64_t id = 0;
    core::Timestamp time{};
  };

  /// Begins after everything that was ever given or reserved.
  static core::Result<EventIds> load(sqlite::Database& database);

  /// True if `count` more ids need a new block: their transaction must be synced.
  bool needs_block(std::size_t count) const;
  /// Reserves it, inside that transaction.
  core::Result<void> reserve(sqlite::Database& database, std::size_t count);
  /// At most as many as are reserved.
  Stamp next(core::Timestamp now);
  /// The transaction's ids are given for good, or free again.
  void committed() { saved_ = current_; }
  void rolled_back() { current_ = saved_; }

  /// Every committed event has an id up to this one.
  std::int64_t last_id() const { return saved_.next - 1; }

  /// A clean end: gives the rest of the block back, in a transaction of its own.
  core::Result<void> close(sqlite::Database& database);

 private:
  struct State {
    std::int64_t next = 1;
    std::int64_t end = 1;  ///< of the reserved block, exclusive
    core::Timestamp last_time{};
  };

  explicit EventIds(State state) : current_(state), saved_(state) {}

  State current_;
  State saved_;  ///< as of the last commit
};

}  // namespace berth::storage
