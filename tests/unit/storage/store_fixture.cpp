#include "tests/unit/storage/store_fixture.h"

#include <utility>

namespace berth::storage {

void LoopThread::run(const std::function<void()>& task) {
  std::promise<void> done;
  auto finished = done.get_future();
  loop_.post([&] {
    task();
    done.set_value();
  });
  finished.get();
}

core::JobRecord make_job(const std::string& client) {
  core::JobRecord job;
  job.id = core::JobId::make();
  job.client_id = client;
  job.principal = "uid:1000";
  job.correlation_id = core::CorrelationId::make();
  job.command = "make -j2 all";
  job.shell = "bash";
  job.cwd = "/home/agent";
  job.created_at = core::Timestamp(core::Milliseconds(1'700'000'000'000));
  return job;
}

core::HostRecord make_host() {
  core::HostRecord host;
  host.id = core::HostId::make();
  host.shell = "bash";
  host.created_at = core::Timestamp(core::Milliseconds(1'700'000'000'000));
  return host;
}

core::SessionRecord make_session(const std::string& client) {
  core::SessionRecord session;
  session.id = core::SessionId::make();
  session.client_id = client;
  session.principal = "uid:1000";
  session.shell = "bash";
  session.created_at = core::Timestamp(core::Milliseconds(1'700'000'000'000));
  session.used_at = session.created_at;
  return session;
}

core::EventRecord make_event(const std::string& type) {
  core::EventRecord event;
  event.type = type;
  event.client_id = "client";
  event.data = R"({"n":1})";
  return event;
}

void StoreTest::open(StoreOptions options) {
  loop_.run([&] {
    auto store = Store::open(
        path(), [this](std::function<void()> task) { loop_.post(std::move(task)); }, clock_,
        std::move(options));
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
  });
}

void StoreTest::close() {
  loop_.run([this] {
    if (!store_) return;
    const auto closed = store_->close();
    EXPECT_TRUE(closed) << closed.error().message;
  });
  // What close() posted runs before the store goes.
  loop_.run([this] { store_.reset(); });
}

core::Result<void> StoreTest::commit(core::ChangeSet set) {
  auto answer = std::make_shared<std::promise<core::Result<void>>>();
  auto future = answer->get_future();
  loop_.post([this, answer, set = std::move(set)]() mutable {
    store_->change_log().commit(std::move(set), [answer](core::Result<void> result) {
      answer->set_value(std::move(result));
    });
  });
  if (future.wait_for(kDeadline) != std::future_status::ready) {
    return core::fail(core::ErrorCode::deadline_exceeded, "the store does not answer");
  }
  return future.get();
}

core::Result<core::Page<core::JobRecord>> StoreTest::jobs(core::ListFilter filter) {
  return ask<core::Page<core::JobRecord>>(
      [&](core::Queries& queries, auto done) { queries.jobs(filter, std::move(done)); });
}

core::Result<core::Page<core::EventRecord>> StoreTest::events(core::EventQuery query) {
  return ask<core::Page<core::EventRecord>>(
      [&](core::Queries& queries, auto done) { queries.events(query, std::move(done)); });
}

core::Result<core::JobRecord> StoreTest::job(const core::JobId& id) {
  return ask<core::JobRecord>(
      [&](core::Queries& queries, auto done) { queries.job(id, std::move(done)); });
}

std::vector<core::EventRecord> StoreTest::all_events() {
  std::vector<core::EventRecord> all;
  core::EventQuery query;
  query.place.after = 0;
  query.limit = 1'000;
  while (true) {
    auto page = events(query);
    EXPECT_TRUE(page) << page.error().message;
    if (!page) return all;
    for (auto& event : page->items) all.push_back(std::move(event));
    if (page->next_cursor.empty()) return all;
    query.cursor = page->next_cursor;
  }
}

}  // namespace berth::storage
