// kill -9 in the middle of writing, again and again on the same database.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <set>
#include <sstream>

#include "service/platform/process.h"
#include "service/platform/spawn.h"
#include "tests/unit/storage/store_fixture.h"

namespace berth::storage {
namespace {

/// Everything the child prints until its end; it is killed once it has printed `enough` bytes.
std::string run_and_kill(const std::string& database, std::size_t enough) {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  platform::Descriptor reading(ends[0]);
  platform::Descriptor writing(ends[1]);
  platform::SpawnOptions options;
  options.program = BERTH_CRASH_WRITER;
  options.arguments = {database};
  options.environment = platform::current_environment();
  options.descriptors = {{writing.get(), STDOUT_FILENO}, {STDERR_FILENO, STDERR_FILENO}};
  const auto child = platform::spawn(options);
  EXPECT_TRUE(child) << child.error().message;
  if (!child) return {};
  writing.reset();
  std::string text;
  std::array<char, 4'096> buffer{};
  bool killed = false;
  while (true) {
    pollfd ready{reading.get(), POLLIN, 0};
    if (poll(&ready, 1, static_cast<int>(std::chrono::milliseconds(kDeadline).count())) <= 0) {
      ADD_FAILURE() << "the writer does nothing";
      platform::send_signal({child->pid}, platform::KillSignal::kill);
      break;
    }
    const ssize_t count = read(reading.get(), buffer.data(), buffer.size());
    if (count <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (!killed && text.size() >= enough) {
      platform::send_signal({child->pid}, platform::KillSignal::kill);
      killed = true;
    }
  }
  EXPECT_TRUE(killed) << "the writer ended by itself";
  pollfd ended{child->pidfd.get(), POLLIN, 0};
  EXPECT_EQ(poll(&ended, 1, static_cast<int>(std::chrono::milliseconds(kDeadline).count())), 1);
  const auto status = platform::reap(child->pid);
  EXPECT_TRUE(status);
  return text.substr(0, text.rfind('\n') + 1);
}

class CrashTest : public StoreTest {
 protected:
  void SetUp() override {}
};

TEST_F(CrashTest, WhatWasAcknowledgedIsThereAndNoEventIdIsGivenTwice) {
  std::vector<std::string> acknowledged;
  std::set<std::int64_t> given;
  std::int64_t last = 0;
  for (std::size_t round = 0; round < 8; ++round) {
    std::istringstream lines(run_and_kill(path(), 2'000 + round * 10'000));
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("event ")) {
        const std::int64_t id = std::stoll(line.substr(6));
        EXPECT_TRUE(given.insert(id).second) << id << " was given twice";
        EXPECT_GT(id, last);
        last = id;
      } else {
        acknowledged.push_back(line);
      }
    }
  }
  ASSERT_GT(acknowledged.size(), 500U);
  open();
  EXPECT_GE(store_->last_event_id(), last);
  std::set<std::int64_t> stored;
  for (const auto& event : all_events()) EXPECT_TRUE(stored.insert(event.id).second);
  for (const std::int64_t id : given) ASSERT_TRUE(stored.contains(id)) << id;
  core::ListFilter filter;
  filter.limit = 1'000;
  std::set<std::string> stored_jobs;
  do {
    const auto page = jobs(filter);
    ASSERT_TRUE(page);
    for (const auto& each : page->items) stored_jobs.insert(each.id.str());
    filter.cursor = page->next_cursor;
  } while (!filter.cursor.empty());
  for (const std::string& id : acknowledged) ASSERT_TRUE(stored_jobs.contains(id)) << id;
  // Each set had one job and two events: whole or not at all.
  EXPECT_EQ(stored.size(), stored_jobs.size() * 2);
}

}  // namespace
}  // namespace berth::storage
