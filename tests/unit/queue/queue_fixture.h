#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "service/queue/slot_queue.h"
#include "tests/support/virtual_clock.h"

namespace berth::queue {

class QueueTest : public testing::Test {
 protected:
  /// Asks for a slot; who gets one, at once or later, is noted in granted_.
  core::RequestId ask(SlotQueue& queue, const std::string& client, bool sync = true) {
    auto id = core::RequestId::make();
    const auto taken = queue.request({id, client, sync, note(id)});
    EXPECT_TRUE(taken) << taken.error().message;
    if (taken && *taken) granted_.push_back(id);
    return id;
  }

  SlotQueue::Granted note(const core::RequestId& id) {
    return [this, id] { granted_.push_back(id); };
  }

  support::VirtualClock clock_;
  std::vector<core::RequestId> granted_;
};

}  // namespace berth::queue
