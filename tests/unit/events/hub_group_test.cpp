#include "service/events/hub_group.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

namespace berth::events {
namespace {

/// Nothing is read from the store here.
class NoHistory final : public core::EventHistory {
 public:
  void read(std::int64_t, core::EventFilter, core::EventFormat, std::size_t,
            Done<core::EventPage>) override {}
  void last_before(core::Timestamp, Done<std::int64_t>) override {}
  std::int64_t last_id() const override { return 0; }
};

TEST(HubGroup, AFewAreTogetherAndManyAreSpreadEvenly) {
  NoHistory history;
  CommittedMailboxes mailboxes(3);
  HubGroup hubs(history, mailboxes, {});
  std::vector<HubGroup::Seat> seats;
  for (int i = 0; i < 32; ++i) seats.push_back(hubs.take_seat());
  std::map<EventHub*, std::size_t> taken;
  const auto count = [&] {
    taken.clear();
    for (const HubGroup::Seat& seat : seats) ++taken[&seat.hub()];
  };
  count();
  EXPECT_EQ(taken.size(), 1U);
  while (seats.size() < 300) seats.push_back(hubs.take_seat());
  count();
  ASSERT_EQ(taken.size(), 3U);
  for (const auto& [hub, members] : taken) EXPECT_EQ(members, 100U);

  // Who leaves makes room.
  EventHub* const left = &seats.back().hub();
  std::erase_if(seats, [left](const HubGroup::Seat& seat) { return &seat.hub() == left; });
  seats.push_back(hubs.take_seat());
  EXPECT_EQ(&seats.back().hub(), left);
}

TEST(HubGroup, CountsWhatWasPublishedOnce) {
  NoHistory history;
  CommittedMailboxes mailboxes(2);
  HubGroup hubs(history, mailboxes, {});
  auto batch = std::make_shared<core::CommittedEvents>();
  batch->last_id = 3;
  batch->events.resize(3);
  mailboxes.put(batch);
  const auto seat = hubs.take_seat();
  EXPECT_EQ(seat.hub().statistics().published, 3U);
}

}  // namespace
}  // namespace berth::events
