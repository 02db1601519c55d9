#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "service/core/events.h"

namespace berth::core {

/// The events of one transaction, in the order of their ids. Batches are chained by `prev_id`,
/// which is the last_id of the batch before: not by +1, since ids may have gaps.
struct CommittedEvents {
  std::int64_t prev_id = 0;
  std::int64_t last_id = 0;
  std::vector<EventRecord> events;
};

/// Called on the writer's thread after each commit that had events, before the completions of its
/// sets are posted; the batch is the callee's. Must not block.
using OnCommitted = std::function<void(std::shared_ptr<CommittedEvents>)>;

}  // namespace berth::core
