#include <gtest/gtest.h>

#include "service/platform/files.h"
#include "tests/integration/service/service_process.h"

namespace berth::tests {
namespace {

const std::string kMegabyte = "head -c 1000000 /dev/zero";

TEST(Retention, RemovesTheOldestJobsWithTheirFiles) {
  ServiceProcess service;
  service.start();
  std::vector<std::string> jobs;
  for (int i = 0; i < 4; ++i) {
    jobs.push_back(service.post_job(kMegabyte));
    service.finished_job(jobs.back());
  }
  const auto spool = [&](const std::string& job) {
    return platform::read_file(service.data_dir() + "/spool/" + job + ".stdout");
  };
  EXPECT_TRUE(spool(jobs[0]));
  service.stop();
  service.settings = {"BERTH_JOBS__KEEP_COUNT=2"};
  service.start();
  wait_until("old jobs are gone",
             [&] { return service.get("/admin/v1/jobs").json()["items"].Size() == 2; });
  EXPECT_EQ(service.get("/admin/v1/jobs/" + jobs[0]).status, 404);
  EXPECT_EQ(service.get("/admin/v1/jobs/" + jobs[3]).status, 200);
  EXPECT_FALSE(spool(jobs[0]));
  EXPECT_FALSE(spool(jobs[1]));
  EXPECT_TRUE(spool(jobs[2]));
}

TEST(Retention, BoundsAllOutputFilesTogether) {
  ServiceProcess service;
  service.start();
  const std::string first = service.post_job(kMegabyte);
  service.finished_job(first);
  const std::string second = service.post_job(kMegabyte);
  service.finished_job(second);
  service.stop();
  service.settings = {"BERTH_JOBS__KEEP_BYTES=1500000"};
  service.start();
  wait_until("the older one is gone",
             [&] { return service.get("/admin/v1/jobs/" + first).status == 404; });
  EXPECT_EQ(service.get("/admin/v1/jobs/" + second).status, 200);
}

TEST(Retention, BoundsTheOutputOfOneJob) {
  ServiceProcess service;
  service.settings = {"BERTH_JOBS__MAX_JOB_BYTES=100000"};
  service.start();
  const auto job = service.finished_job(service.post_job("yes | head -c 300000; echo end >&2"));
  EXPECT_EQ(text_of(job, "state"), "succeeded");
  EXPECT_EQ(job["stdout_bytes"].GetInt64(), 100'000);
  EXPECT_EQ(text_of(job, "stderr"), "end\n");
  EXPECT_NE(text_of(job, "message").find("jobs.max_job_bytes"), std::string::npos);
}

TEST(Retention, RemovesOldEventsAndGoesOnWithTheirIds) {
  ServiceProcess service;
  service.start();
  const std::string job = service.post_job("true");
  service.finished_job(job);
  const auto oldest_event = [&] {
    const auto newest_first = service.get("/admin/v1/events?limit=500").json();
    const auto events = newest_first["items"].GetArray();
    return events.Empty() ? 0 : (events.End() - 1)->FindMember("id")->value.GetInt64();
  };
  const std::int64_t first = oldest_event();
  EXPECT_GT(first, 0);
  service.stop();
  service.settings = {"BERTH_HISTORY__KEEP_FOR=1s"};
  service.start();
  wait_until("the old events are gone", [&] { return oldest_event() != first; });
  EXPECT_EQ(service.get("/admin/v1/jobs/" + job).status, 200);
}

TEST(Retention, PurgesOutputAndText) {
  ServiceProcess service;
  service.start();
  for (const std::string& command : {std::string("echo secret"), kMegabyte}) {
    const std::string id = service.post_job(command, R"(,"stdin":"secret","env":{"A":"secret"})");
    service.finished_job(id);
    EXPECT_EQ(service.request("POST", "/admin/v1/jobs/" + id + "/purge").status, 204);
    EXPECT_EQ(service.get("/admin/v1/jobs/" + id + "/output").body, "");
    EXPECT_FALSE(platform::read_file(service.data_dir() + "/spool/" + id + ".stdout"));
    const std::string shown =
        service.get("/admin/v1/jobs").body + service.get("/admin/v1/jobs/" + id).body;
    EXPECT_EQ(shown.find("secret"), std::string::npos) << shown;
    const auto job = service.get("/admin/v1/jobs/" + id).json();
    EXPECT_EQ(text_of(job, "state"), "succeeded");
    EXPECT_NE(text_of(job, "message").find("purged"), std::string::npos);
  }
  const std::string running = service.post_job("sleep 1000");
  EXPECT_EQ(service.request("POST", "/admin/v1/jobs/" + running + "/purge").status, 409);
  service.request("DELETE", "/admin/v1/jobs/" + running);
}

TEST(Output, IsAskedForWithinTheBoundsOfTheTools) {
  ServiceProcess service;
  service.start();
  const std::string job = "/admin/v1/jobs/" + service.post_job("seq 3");
  for (const std::string query :
       {"/output?tail_lines=0", "/output?tail_lines=1000001", "/output?limit=0",
        "/output?limit=4194305", "/output?wait_ms=3600001", "/output?offset=-1", "?wait_ms=3600001",
        "?max_output_bytes=x"}) {
    const auto refused = service.get(job + query);
    EXPECT_EQ(refused.status, 400) << query;
    EXPECT_NE(refused.body.find("must be a whole number from"), std::string::npos) << refused.body;
  }
  EXPECT_EQ(service.get(job + "?wait_ms=30000").status, 200);
  EXPECT_EQ(service.get(job + "/output?tail_lines=1").body, "3\n");
}

TEST(Input, ReachesARunningJob) {
  ServiceProcess service;
  service.start();
  const std::string id =
      service.post_job("read -r a; read -r b; echo \"$a-$b\"; cat", R"(,"open_stdin":true)");
  const std::string path = "/admin/v1/jobs/" + id + "/input";
  wait_until("it waits for input", [&] {
    return service.get("/admin/v1/jobs/" + id).json().HasMember("awaiting_input");
  });
  const std::string once = R"({"text":"one\n","request_key":"k"})";
  EXPECT_EQ(service.request("POST", path, once).status, 200);
  EXPECT_EQ(service.request("POST", path, once).status, 200);
  const auto taken = service.request("POST", path, R"({"keys":["t","enter"]})");
  EXPECT_EQ(taken.status, 400);
  EXPECT_NE(taken.body.find("keys"), std::string::npos);
  const auto keys = service.request("POST", path, R"({"keys":["enter"]})");
  EXPECT_EQ(keys.status, 400);
  EXPECT_NE(keys.body.find("not run on a tty"), std::string::npos) << keys.body;
  EXPECT_EQ(service.request("POST", path, R"({"text":"two\nrest","eof":true})")
                .json()["accepted_bytes"]
                .GetInt64(),
            8);
  EXPECT_EQ(text_of(service.finished_job(id), "stdout"), "one-two\nrest");
  EXPECT_EQ(service.request("POST", path, R"({"text":"late"})").status, 409);
  EXPECT_EQ(service.request("POST", path, "{}").status, 400);
}

}  // namespace
}  // namespace berth::tests
