// Jobs over the admin API: their life, their output, the queue, wrong requests.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/integration/service/service_process.h"

namespace berth::tests {
namespace {

class Jobs : public testing::Test {
 protected:
  void start() { service_.start(); }
  std::string state(const std::string& id) {
    return text_of(service_.get("/admin/v1/jobs/" + id).json(), "state");
  }
  /// A FIFO that a command can wait on until the test writes to it.
  std::string gate(const std::string& name) {
    const std::string path = service_.folder() + "/" + name;
    EXPECT_EQ(mkfifo(path.c_str(), 0600), 0);
    return path;
  }

  ServiceProcess service_;
};

TEST_F(Jobs, RunKeepBothStreamsExactAndTellTheirEnd) {
  start();
  const std::string id = service_.post_job(R"(printf 'a\0b\377\n'; echo oops >&2; exit 3)");
  const auto job = service_.finished_job(id);
  EXPECT_EQ(text_of(job, "state"), "failed");
  EXPECT_EQ(job["exit_code"].GetInt(), 3);
  const HttpReply output = service_.get("/admin/v1/jobs/" + id + "/output");
  EXPECT_EQ(output.body, std::string("a\0b\xFF\n", 5));
  EXPECT_EQ(output.headers.at("Berth-Total-Bytes"), "5");
  EXPECT_EQ(output.headers.at("Berth-Eof"), "true");
  EXPECT_EQ(service_.get("/admin/v1/jobs/" + id + "/output?stream=stderr").body, "oops\n");
  EXPECT_EQ(service_.get("/admin/v1/jobs/" + id + "/output?offset=1&limit=2").body,
            std::string("\0b", 2));
}

TEST_F(Jobs, TellTheirLifeAsStoredEvents) {
  start();
  const std::string id = service_.post_job("true");
  service_.finished_job(id);
  const auto events = service_.get("/admin/v1/events?job_id=" + id).json();
  std::vector<std::string> types;
  for (const auto& event : events["items"].GetArray()) types.push_back(text_of(event, "type"));
  EXPECT_EQ(types, (std::vector<std::string>{"job.finished", "job.started", "job.queued"}));
}

TEST_F(Jobs, WaitInOrderWhenNoTerminalIsFree) {
  service_.settings = {"BERTH_POOL__MAX_SESSIONS=1"};
  start();
  const std::string path = gate("first");
  const std::string first = service_.post_job("cat " + path);
  wait_until("the first job to run", [&] { return state(first) == "running"; });
  const std::string second = service_.post_job("echo second");
  const std::string third = service_.post_job("echo third");
  const auto waiting = service_.get("/admin/v1/jobs/" + third).json();
  EXPECT_EQ(text_of(waiting, "state"), "queued");
  EXPECT_EQ(waiting["position"].GetInt(), 2);
  EXPECT_EQ(service_.get("/status").json()["current_queue_depth"].GetInt(), 2);
  std::ofstream(path) << "go\n";
  EXPECT_EQ(text_of(service_.finished_job(first), "stdout"), "go\n");
  EXPECT_EQ(text_of(service_.finished_job(second), "stdout"), "second\n");
  EXPECT_EQ(text_of(service_.finished_job(third), "stdout"), "third\n");
  wait_until("the terminals to be free again",
             [&] { return service_.get("/status").json()["free_slots"].GetInt() == 1; });
}

TEST_F(Jobs, WithTheSameKeyAreOneJob) {
  start();
  const std::string marker = service_.folder() + "/ran";
  const std::string command = "echo ran >> " + marker;
  const std::string first = service_.post_job(command, R"(,"request_key":"k1")");
  const std::string again = service_.post_job(command, R"(,"request_key":"k1")");
  EXPECT_EQ(first, again);
  service_.finished_job(first);
  EXPECT_EQ(service_.post_job(command, R"(,"request_key":"k1")"), first);
  service_.kill();
  service_.start();
  EXPECT_EQ(service_.post_job(command, R"(,"request_key":"k1")"), first);
  std::ifstream file(marker);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "ran\n");
}

TEST_F(Jobs, ThatCanNotBeAreRefusedByField) {
  start();
  const auto refusal = [&](const std::string& body) {
    const HttpReply reply = service_.request("POST", "/admin/v1/jobs", body);
    EXPECT_EQ(reply.status, 400) << reply.body;
    return text_of(reply.json(), "field");
  };
  EXPECT_EQ(refusal("{}"), "command");
  EXPECT_EQ(refusal(R"({"command":"  "})"), "command");
  EXPECT_EQ(refusal(R"({"command":5})"), "command");
  EXPECT_EQ(refusal(R"({"command":"x","timeout_ms":-1})"), "timeout_ms");
  EXPECT_EQ(refusal(R"({"command":"x","env":{"A":1}})"), "env.A");
  EXPECT_EQ(refusal(R"({"command":"x","session_id":"job_x"})"), "session_id");
  EXPECT_EQ(refusal(R"({"command":"x","comand":"y"})"), "comand");
  EXPECT_EQ(service_.request("POST", "/admin/v1/jobs", "{").status, 400);
  EXPECT_EQ(service_.get("/admin/v1/jobs/job_" + std::string(26, 'a')).status, 404);
  EXPECT_EQ(service_.get("/admin/v1/jobs?stat=x").status, 400);
  EXPECT_EQ(
      service_.request("POST", "/admin/v1/jobs", R"({"command":"true","env":{"A=B":"1"}})").status,
      400);
  const auto refused = [this](const std::string& query, const std::string& problem) {
    const HttpReply reply = service_.get("/admin/v1/" + query);
    EXPECT_EQ(reply.status, 400) << query;
    EXPECT_NE(reply.body.find(problem), std::string::npos) << reply.body;
  };
  refused("jobs?state=bogus", "state must be one of queued, running, succeeded");
  refused("sessions?state=bogus", "state must be one of starting, ready, busy");
  refused("connections?state=bogus", "state must be one of open, closed");
  refused("events?type=nope.nope", "type must be one of session.queued, ");
  refused("events?type=data.", "data.*");
  refused("events?topic=nope", "topic must be one of alert, ask, ");
  refused("events?severity=loud", "severity");
  EXPECT_EQ(service_.get("/admin/v1/events?type=data.mine").status, 200);
  EXPECT_EQ(service_.get("/admin/v1/events?topic=system").status, 200);
}

TEST_F(Jobs, ListsGoOnWithTheirCursor) {
  start();
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.insert(ids.begin(), service_.post_job("true"));
  for (const std::string& id : ids) service_.finished_job(id);
  std::vector<std::string> seen;
  std::string cursor;
  do {
    const auto page =
        service_.get("/admin/v1/jobs?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor)).json();
    for (const auto& job : page["items"].GetArray()) seen.push_back(text_of(job, "job_id"));
    cursor = text_of(page, "next_cursor");
  } while (!cursor.empty());
  std::sort(ids.begin(), ids.end());
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, ids);
}

TEST_F(Jobs, ADirectoryThatCanNotBeEnteredIsAnError) {
  start();
  const auto job = service_.finished_job(service_.post_job("true", R"(,"cwd":"/not/there")"));
  EXPECT_EQ(text_of(job, "state"), "failed");
  EXPECT_NE(text_of(job, "message").find("/not/there"), std::string::npos);
}

TEST_F(Jobs, ATtyCanBeResizedWhileItsCommandRuns) {
  service_.start();
  const std::string id = service_.post_job("read a; stty size; read b", R"(,"tty":true)");
  const std::string input = "/admin/v1/jobs/" + id + "/input";
  wait_until("the command to take input", [&] {
    return service_.request("POST", input, R"({"rows":50,"cols":132})").status == 200;
  });
  EXPECT_EQ(service_.request("POST", input, R"({"rows":51,"cols":133,"text":"\n\n"})").status, 200);
  service_.finished_job(id);
  EXPECT_NE(service_.get("/admin/v1/jobs/" + id + "/output").body.find("51 133\r\n"),
            std::string::npos);

  for (const auto& [body, field] :
       {std::pair(R"({"rows":5})", "cols"), std::pair(R"({"rows":1001,"cols":80})", "rows"),
        std::pair(R"({"rows":0,"cols":80})", "rows")}) {
    const auto refused = service_.request("POST", input, body);
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(text_of(refused.json(), "field"), field);
  }
  const std::string piped = service_.post_job("read a", R"(,"open_stdin":true)");
  wait_until("the command to start", [&] {
    const auto job = service_.get("/admin/v1/jobs/" + piped).json();
    return text_of(job, "state") == "running";
  });
  wait_until("the refusal", [&] {
    const auto refused =
        service_.request("POST", "/admin/v1/jobs/" + piped + "/input", R"({"rows":5,"cols":80})");
    return refused.status == 400 && text_of(refused.json(), "field") == "rows";
  });
  service_.request("POST", "/admin/v1/jobs/" + piped + "/input", R"({"eof":true})");
}

}  // namespace
}  // namespace berth::tests
