#include "service/bridge/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::bridge {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr core::Instant kStart{};

Outbox::Message request(std::string id, std::size_t size = 10, core::Instant arrived = kStart) {
  Outbox::Message message;
  message.kind = RpcKind::request;
  message.id = std::move(id);
  message.text.assign(size, 'r');
  message.arrived = arrived;
  message.unanswered = true;
  return message;
}

Outbox::Message notification(core::Instant arrived = kStart) {
  Outbox::Message message;
  message.kind = RpcKind::notification;
  message.text = "n";
  message.arrived = arrived;
  return message;
}

std::vector<std::uint64_t> unacknowledged(Outbox& outbox) {
  std::vector<std::uint64_t> numbers;
  outbox.for_each_unacknowledged(
      [&](std::uint64_t number, const Outbox::Message&) { numbers.push_back(number); });
  return numbers;
}

TEST(Outbox, BoundsWhatIsNotAcknowledged) {
  OutboxLimits limits;
  limits.unacknowledged_bytes = 10'000;
  Outbox outbox(limits);
  outbox.add(request("1", 9'000));
  EXPECT_TRUE(outbox.has_room());
  outbox.add(request("2", 9'000));
  EXPECT_FALSE(outbox.has_room());
  ASSERT_TRUE(outbox.acknowledge(1));
  EXPECT_TRUE(outbox.has_room());
  // Small messages are bounded too.
  for (int i = 0; i < 100 && outbox.has_room(); ++i) outbox.add(notification());
  EXPECT_FALSE(outbox.has_room());
}

TEST(Outbox, ReturnsAllRoomOnceEverythingIsAnsweredAndAcknowledged) {
  OutboxLimits limits;
  limits.unacknowledged_bytes = 1;
  limits.replay_bytes = 1'000'000;
  Outbox outbox(limits);
  for (int round = 0; round < 3; ++round) {
    const auto added = outbox.add(request("1", 100));
    const auto standing = outbox.add(request("2", 100));
    outbox.take_slot(standing, "level");
    outbox.answered(standing);
    outbox.add(notification());
    EXPECT_FALSE(outbox.has_room());
    ASSERT_TRUE(outbox.acknowledge(added->first + 2));
    EXPECT_TRUE(outbox.has_room());
    outbox.answered(added);
    outbox.begin_epoch();
    EXPECT_FALSE(outbox.has_room()) << "the standing message is to be sent again";
    EXPECT_THAT(unacknowledged(outbox), ElementsAre(standing->first));
    ASSERT_TRUE(outbox.acknowledge(standing->first));
    EXPECT_TRUE(outbox.has_room());
  }
  outbox.clear_slots();
  EXPECT_THAT(outbox.begin_epoch().hidden, IsEmpty());
  EXPECT_TRUE(outbox.has_room());
}

TEST(Outbox, LetsGoOfRequestsThatAreTooMuchToKeepForAReplay) {
  OutboxLimits limits;
  limits.replay_bytes = 10'000;
  Outbox outbox(limits);
  outbox.add(request("1", 6'000));
  outbox.add(request("2", 6'000));
  ASSERT_TRUE(outbox.acknowledge(2));
  EXPECT_NE(outbox.unanswered("2"), outbox.end()) << "its answer is still expected";
  EXPECT_THAT(outbox.begin_epoch().lost, ElementsAre("2"));
  EXPECT_THAT(unacknowledged(outbox), ElementsAre(1));
  EXPECT_EQ(outbox.unanswered("2"), outbox.end());
}

TEST(Outbox, RefusesAnAcknowledgementOfWhatWasNeverSent) {
  Outbox outbox({});
  outbox.add(notification());
  EXPECT_FALSE(outbox.acknowledge(2));
  EXPECT_TRUE(outbox.acknowledge(1));
  EXPECT_TRUE(outbox.acknowledge(0)) << "an old acknowledgement says nothing new";
}

TEST(Outbox, KeepsTheNewestOfASlot) {
  Outbox outbox({});
  for (int i = 0; i < 3; ++i) {
    const auto added = outbox.add(request(std::to_string(i)));
    outbox.take_slot(added, "level");
    outbox.answered(added);
  }
  ASSERT_TRUE(outbox.acknowledge(3));
  EXPECT_THAT(outbox.begin_epoch().hidden, ElementsAre(testing::Key("2")));
  EXPECT_THAT(unacknowledged(outbox), ElementsAre(3));
}

TEST(Outbox, BoundsTheSlots) {
  OutboxLimits limits;
  limits.standing_messages = 2;
  Outbox outbox(limits);
  for (int i = 0; i < 3; ++i) {
    const auto added = outbox.add(request(std::to_string(i)));
    outbox.take_slot(added, std::to_string(i));
    outbox.answered(added);
  }
  ASSERT_TRUE(outbox.acknowledge(3));
  EXPECT_THAT(outbox.begin_epoch().hidden, ElementsAre(testing::Key("0"), testing::Key("1")));
}

TEST(Outbox, ExpiresWhatWaitsButNotWhatStands) {
  Outbox outbox({});
  const core::Instant down = kStart + milliseconds(1'000);
  outbox.add(request("early", 10, kStart));
  ASSERT_TRUE(outbox.acknowledge(1));
  outbox.add(request("late", 10, down + milliseconds(58'000)));
  outbox.add(notification(down));
  auto listen = request("listen");
  listen.long_lived = true;
  outbox.add(std::move(listen));
  outbox.take_slot(outbox.add(notification()), "initialized");

  EXPECT_TRUE(outbox.has_waiting_requests());
  EXPECT_EQ(outbox.next_expiry(down), down + milliseconds(60'000));
  EXPECT_THAT(outbox.expire(down + milliseconds(59'999), down), IsEmpty());
  const auto first = outbox.expire(down + milliseconds(60'000), down);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].id, "early");
  EXPECT_TRUE(first[0].reached_service);
  EXPECT_EQ(outbox.next_expiry(down), down + milliseconds(63'000));
  const auto second = outbox.expire(down + milliseconds(63'000), down);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].id, "late");
  EXPECT_FALSE(second[0].reached_service);
  EXPECT_EQ(outbox.next_expiry(down), std::nullopt);
  EXPECT_FALSE(outbox.has_waiting_requests());
  EXPECT_THAT(unacknowledged(outbox), ElementsAre(4, 5)) << "the subscription and the handshake";
}

}  // namespace
}  // namespace berth::bridge
