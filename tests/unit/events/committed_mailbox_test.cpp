#include "service/events/committed_mailbox.h"

#include <gtest/gtest.h>

namespace berth::events {
namespace {

std::shared_ptr<const core::CommittedEvents> batch(std::int64_t prev_id, std::size_t count) {
  auto made = std::make_shared<core::CommittedEvents>();
  made->prev_id = prev_id;
  made->last_id = prev_id + static_cast<std::int64_t>(count);
  made->events.resize(count);
  return made;
}

TEST(CommittedMailbox, WakesOnceUntilItIsEmptied) {
  CommittedMailbox mailbox;
  mailbox.set_listening(true);
  mailbox.put(batch(0, 1));
  int woken = 0;
  mailbox.set_wake([&] { ++woken; });
  mailbox.put(batch(1, 2));
  mailbox.put(batch(3, 1));
  EXPECT_EQ(woken, 1);
  const auto mail = mailbox.take();
  ASSERT_EQ(mail.batches.size(), 3U);
  EXPECT_EQ(mail.batches.back()->last_id, 4);
  EXPECT_EQ(mail.skip_to, 0);
  EXPECT_TRUE(mailbox.take().batches.empty());
  mailbox.put(batch(4, 1));
  EXPECT_EQ(woken, 2);
}

TEST(CommittedMailbox, DropsWhatWaitsWhenNobodyTakesIt) {
  CommittedMailbox mailbox;
  mailbox.set_listening(true);
  mailbox.put(batch(0, CommittedMailbox::kMaxWaitingEvents));
  mailbox.put(batch(20'000, 1));
  mailbox.put(batch(20'001, 1));
  const auto mail = mailbox.take();
  EXPECT_EQ(mail.skip_to, 20'001);
  ASSERT_EQ(mail.batches.size(), 1U);
  EXPECT_EQ(mail.batches[0]->prev_id, 20'001);
}

TEST(CommittedMailbox, KeepsNothingAndWakesNobodyWhileNobodyListens) {
  CommittedMailbox mailbox;
  int woken = 0;
  mailbox.set_wake([&] { ++woken; });
  mailbox.put(batch(0, 3));
  mailbox.put(batch(3, 2));
  EXPECT_EQ(woken, 0);
  mailbox.set_listening(true);
  mailbox.put(batch(5, 1));
  EXPECT_EQ(woken, 1);
  const auto mail = mailbox.take();
  EXPECT_EQ(mail.skip_to, 5);
  ASSERT_EQ(mail.batches.size(), 1U);
  EXPECT_EQ(mail.batches[0]->prev_id, 5);
  EXPECT_EQ(mailbox.total(), 6U);
}

}  // namespace
}  // namespace berth::events
