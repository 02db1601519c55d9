#include <gmock/gmock.h>

#include <limits>

#include "tests/unit/storage/store_fixture.h"

namespace berth::storage {
namespace {

using core::Milliseconds;
using core::Timestamp;
using namespace std::string_literals;

constexpr auto kLargest = std::numeric_limits<std::int64_t>::max();

class RecordsTest : public StoreTest {};

/// A job with every member set to something else than its default.
core::JobRecord full_job() {
  core::JobRecord job = make_job();
  job.session_id = core::SessionId::make();
  job.request_id = core::RequestId::make();
  job.host_id = core::HostId::make();
  job.command = "printf 'a\0b' \xff\xfe"s;
  job.env_json = R"({"A":"ü"})";
  job.stdin_text = "\0\0stdin"s;
  job.stdin_mode = core::StdinMode::open;
  job.sync = false;
  job.background = true;
  job.request_key = "request";
  job.link_key = "link";
  job.timeout = Milliseconds(kLargest);
  job.max_output_bytes = kLargest - 2;
  job.state = core::JobState::failed;
  job.exit_code = -1;
  job.signal = "SIGKILL";
  job.cwd_after = "/tmp";
  job.message = "because";
  job.stdout_bytes = kLargest;
  job.stderr_bytes = kLargest - 1;
  job.dispatched = true;
  job.started_at = Timestamp(Milliseconds(5));
  job.finished_at = Timestamp(Milliseconds(kLargest));
  return job;
}

void expect_equal(const core::JobRecord& a, const core::JobRecord& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.session_id, b.session_id);
  EXPECT_EQ(a.request_id, b.request_id);
  EXPECT_EQ(a.host_id, b.host_id);
  EXPECT_EQ(a.client_id, b.client_id);
  EXPECT_EQ(a.principal, b.principal);
  EXPECT_EQ(a.correlation_id, b.correlation_id);
  EXPECT_EQ(a.command, b.command);
  EXPECT_EQ(a.shell, b.shell);
  EXPECT_EQ(a.cwd, b.cwd);
  EXPECT_EQ(a.env_json, b.env_json);
  EXPECT_EQ(a.stdin_text, b.stdin_text);
  EXPECT_EQ(a.stdin_mode, b.stdin_mode);
  EXPECT_EQ(a.sync, b.sync);
  EXPECT_EQ(a.background, b.background);
  EXPECT_EQ(a.request_key, b.request_key);
  EXPECT_EQ(a.link_key, b.link_key);
  EXPECT_EQ(a.timeout, b.timeout);
  EXPECT_EQ(a.max_output_bytes, b.max_output_bytes);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.exit_code, b.exit_code);
  EXPECT_EQ(a.signal, b.signal);
  EXPECT_EQ(a.cwd_after, b.cwd_after);
  EXPECT_EQ(a.message, b.message);
  EXPECT_EQ(a.stdout_bytes, b.stdout_bytes);
  EXPECT_EQ(a.stderr_bytes, b.stderr_bytes);
  EXPECT_EQ(a.dispatched, b.dispatched);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.started_at, b.started_at);
  EXPECT_EQ(a.finished_at, b.finished_at);
}

TEST_F(RecordsTest, AJobComesBackAsItWasStored) {
  const auto plain = make_job();
  const auto full = full_job();
  ASSERT_TRUE(commit(set_of(plain, full)));
  const auto plain_back = job(plain.id);
  const auto full_back = job(full.id);
  ASSERT_TRUE(plain_back && full_back);
  expect_equal(*plain_back, plain);
  expect_equal(*full_back, full);
}

TEST_F(RecordsTest, AJobIsUpdatedButWhatWasAskedForStays) {
  auto record = make_job();
  ASSERT_TRUE(commit(set_of(record)));
  auto changed = full_job();
  changed.id = record.id;
  ASSERT_TRUE(commit(set_of(changed)));
  const auto back = job(record.id);
  ASSERT_TRUE(back);
  auto expected = changed;
  expected.session_id = record.session_id;
  expected.client_id = record.client_id;
  expected.principal = record.principal;
  expected.correlation_id = record.correlation_id;
  expected.request_key = record.request_key;
  expected.link_key = record.link_key;
  expected.stdin_mode = record.stdin_mode;
  expected.timeout = record.timeout;
  expected.max_output_bytes = record.max_output_bytes;
  expected.created_at = record.created_at;
  expected.cwd = record.cwd;
  expected.env_json = record.env_json;
  expected.command = record.command;
  expected.stdin_text = record.stdin_text;
  expect_equal(*back, expected);
}

TEST_F(RecordsTest, AnUnknownJobIsNotFound) {
  const auto none = job(core::JobId::make());
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, core::ErrorCode::not_found);
}

TEST_F(RecordsTest, AnEventComesBackAsItWasStored) {
  auto event = make_event("request.slow");
  event.severity = core::Severity::critical;
  event.source = "webhook";
  event.session_id = core::SessionId::make();
  event.job_id = core::JobId::make();
  event.request_id = core::RequestId::make();
  event.connection_id = core::ConnectionId::make();
  event.upstream = "github";
  event.correlation_id = core::CorrelationId::make();
  event.data = R"({"n":9223372036854775807,"t":"ü\u0000"})";
  ASSERT_TRUE(commit(set_of(event)));
  const auto all = all_events();
  ASSERT_EQ(all.size(), 1U);
  event.id = 1;
  event.time = clock_.now();
  EXPECT_EQ(core::to_json(all[0]), core::to_json(event));
  EXPECT_EQ(all[0].client_id, event.client_id);
}

TEST_F(RecordsTest, TheNextStartFindsWhatIsOpen) {
  auto ready = make_session();
  ready.state = core::SessionState::ready;
  ready.name = "build";
  ready.host_id = core::HostId::make();
  auto ended = make_session();
  ended.state = core::SessionState::ended;
  ended.ended_at = clock_.now();
  auto living = make_host();
  living.journal_seq = kLargest;
  living.session_id = ready.id;
  auto gone = make_host();
  gone.ended_at = clock_.now();
  auto running = make_job();
  running.state = core::JobState::running;
  auto queued = make_job();
  auto done = make_job();
  done.state = core::JobState::succeeded;
  ASSERT_TRUE(commit(set_of(ready, ended, living, gone, running, queued, done)));
  close();
  open();
  const auto state = store_->load_open_state();
  ASSERT_TRUE(state) << state.error().message;
  ASSERT_EQ(state->sessions.size(), 1U);
  EXPECT_EQ(state->sessions[0].id, ready.id);
  EXPECT_EQ(state->sessions[0].name, "build");
  EXPECT_EQ(state->sessions[0].host_id, ready.host_id);
  EXPECT_EQ(state->sessions[0].state, core::SessionState::ready);
  ASSERT_EQ(state->hosts.size(), 1U);
  EXPECT_EQ(state->hosts[0].id, living.id);
  EXPECT_EQ(state->hosts[0].session_id, ready.id);
  EXPECT_EQ(state->hosts[0].journal_seq, kLargest);
  std::vector<core::JobId> ids;
  for (const auto& each : state->jobs) ids.push_back(each.id);
  EXPECT_THAT(ids, testing::UnorderedElementsAre(running.id, queued.id));
}

TEST_F(RecordsTest, TokensAreLoadedAndUpdated) {
  core::TokenRecord token{"abc", "client", clock_.now(), std::nullopt};
  ASSERT_TRUE(commit(set_of(token)));
  token.expires_at = Timestamp(Milliseconds(7));
  ASSERT_TRUE(commit(set_of(token, core::TokenRecord{"def", "admin", clock_.now(), {}})));
  const auto tokens = store_->load_tokens();
  ASSERT_TRUE(tokens);
  ASSERT_EQ(tokens->size(), 2U);
  EXPECT_EQ((*tokens)[0].hash, "abc");
  EXPECT_EQ((*tokens)[0].scope, "client");
  EXPECT_EQ((*tokens)[0].created_at, clock_.now());
  EXPECT_EQ((*tokens)[0].expires_at, token.expires_at);
  EXPECT_FALSE((*tokens)[1].expires_at);
}

TEST_F(RecordsTest, AConnectionIsListedAsItIsNow) {
  core::ConnectionRecord connection;
  connection.id = core::ConnectionId::make();
  connection.kind = "bridge";
  connection.client_id = "client";
  connection.principal = "uid:1000";
  connection.scope = "admin";
  connection.peer = "uid 1000, pid 42";
  connection.opened_at = clock_.now();
  ASSERT_TRUE(commit(set_of(connection)));
  connection.client_name = "editor";
  connection.client_version = "1.2";
  connection.protocol_version = "2025-06-18";
  connection.closed_at = clock_.now();
  connection.close_reason = "client";
  ASSERT_TRUE(commit(set_of(connection)));
  const auto page = ask<core::Page<core::ConnectionRecord>>(
      [](core::Queries& queries, auto done) { queries.connections({}, std::move(done)); });
  ASSERT_TRUE(page);
  ASSERT_EQ(page->items.size(), 1U);
  const auto& back = page->items[0];
  EXPECT_EQ(back.id, connection.id);
  EXPECT_EQ(back.kind, "bridge");
  EXPECT_EQ(back.client_id, "client");
  EXPECT_EQ(back.principal, "uid:1000");
  EXPECT_EQ(back.scope, "admin");
  EXPECT_EQ(back.peer, "uid 1000, pid 42");
  EXPECT_EQ(back.client_name, "editor");
  EXPECT_EQ(back.client_version, "1.2");
  EXPECT_EQ(back.protocol_version, "2025-06-18");
  EXPECT_EQ(back.opened_at, connection.opened_at);
  EXPECT_EQ(back.closed_at, connection.closed_at);
  EXPECT_EQ(back.close_reason, "client");
}

TEST_F(RecordsTest, ARowWithAnUnknownWordIsAnErrorNotAGuess) {
  const auto record = make_job();
  ASSERT_TRUE(commit(set_of(record)));
  {
    auto other = sqlite::Database::open(path(), sqlite::Access::read_write);
    ASSERT_TRUE(other);
    ASSERT_TRUE((*other)->execute("UPDATE jobs SET state = 'paused'"));
  }
  const auto broken = job(record.id);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, core::ErrorCode::storage_failed);
  EXPECT_THAT(broken.error().message, testing::HasSubstr("paused"));
}

}  // namespace
}  // namespace berth::storage
