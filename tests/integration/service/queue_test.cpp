#include <gtest/gtest.h>

#include <fstream>

#include "service/platform/files.h"
#include "tests/integration/service/service_process.h"

namespace berth::tests {
namespace {

/// One terminal, held by a job until the gate is opened.
class Queue : public testing::Test {
 protected:
  Queue() {
    service_.settings = {"BERTH_POOL__MAX_SESSIONS=1", "BERTH_QUEUE__MAX_LENGTH=3"};
    service_.start();
    holder_ = service_.post_job("until [ -e " + gate_ + " ]; do sleep 0.02; done");
    wait_until("the holder runs", [&] { return state(holder_) == "running"; });
  }

  /// A job that notes that it ran, with more fields of its body.
  std::string waiting_job(const std::string& name, const std::string& fields) {
    return service_.post_job("echo " + name + " >> " + order_, fields);
  }

  std::string state(const std::string& job) const {
    return text_of(service_.get("/admin/v1/jobs/" + job).json(), "state");
  }

  std::string request_of(const std::string& job) const {
    return text_of(service_.get("/admin/v1/jobs/" + job).json(), "request_id");
  }

  /// The jobs that wait, in serving order.
  std::vector<std::string> queued() const {
    std::vector<std::string> jobs;
    const auto page = service_.get("/admin/v1/queue").json();
    std::int64_t position = 0;
    for (const auto& item : page["items"].GetArray()) {
      EXPECT_EQ(item["position"].GetInt64(), ++position);
      jobs.emplace_back(item["job_id"].GetString());
    }
    return jobs;
  }

  void open_gate() { std::ofstream(gate_) << "open"; }

  bool has_event(const std::string& type) const {
    return service_.get("/admin/v1/events?type=" + type).json()["items"].Size() > 0;
  }

  using Names = std::vector<std::string>;

  ServiceProcess service_;
  const std::string gate_ = service_.folder() + "/gate";
  const std::string order_ = service_.folder() + "/order";
  std::string holder_;
};

TEST_F(Queue, ServesSyncBeforeAsyncAndByArrival) {
  const std::string patient = waiting_job("patient", R"(,"sync":false)");
  const std::string later = waiting_job("later", R"(,"sync":false)");
  const std::string urgent = waiting_job("urgent", R"(,"sync":true)");
  EXPECT_EQ(queued(), (Names{urgent, patient, later}));

  const auto moved =
      service_.request("PATCH", "/admin/v1/queue/" + request_of(later), R"({"sync":true})");
  EXPECT_EQ(moved.status, 200);
  EXPECT_EQ(moved.json()["position"].GetInt64(), 1);  // it came before the urgent one
  EXPECT_EQ(queued(), (Names{later, urgent, patient}));
  EXPECT_TRUE(has_event("queue.type_changed"));
  wait_until("the move is told", [&] { return has_event("queue.position_changed"); });

  open_gate();
  for (const std::string& job : {later, urgent, patient}) service_.finished_job(job);
  EXPECT_EQ(platform::read_file(order_).value_or(""), "later\nurgent\npatient\n");

  const auto history = service_.get("/admin/v1/queue/history").json();
  EXPECT_EQ(history["items"].Size(), 3U);
  EXPECT_STREQ(history["items"][0]["state"].GetString(), "ready");
  const auto metrics = service_.get("/admin/v1/metrics").json();
  EXPECT_EQ(metrics["peak_queue_depth"].GetInt64(), 3);
  EXPECT_GT(metrics["avg_wait_sync"].GetDouble(), 0.0);
}

TEST_F(Queue, LetsGoOfCancelledRequests) {
  const std::string job = waiting_job("never", "");
  const std::string path = "/admin/v1/queue/" + request_of(job);
  EXPECT_EQ(service_.request("DELETE", path).status, 204);
  EXPECT_EQ(text_of(service_.finished_job(job), "state"), "cancelled");
  EXPECT_EQ(text_of(service_.get(path).json(), "state"), "cancelled");
  EXPECT_EQ(service_.request("DELETE", path).status, 204);
  EXPECT_TRUE(has_event("request.cancelled"));
  EXPECT_EQ(service_.request("PATCH", path, R"({"sync":true})").status, 409);
  EXPECT_EQ(service_.request("PATCH", path, R"({"sync":1})").status, 400);
  EXPECT_EQ(service_.request("PATCH", path, R"({"urgent":true})").status, 400);
  open_gate();
  service_.finished_job(holder_);
  EXPECT_FALSE(platform::read_file(order_).has_value());
}

TEST_F(Queue, RefusesWhatIsTooMuchAndLetsItTryAgain) {
  for (const char* name : {"a", "b", "c"}) waiting_job(name, "");
  const std::string body = R"({"command":"echo d","request_key":"same"})";
  const auto refused = service_.request("POST", "/admin/v1/jobs", body);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(text_of(refused.json(), "code"), "limit_exceeded");
  EXPECT_TRUE(refused.headers.contains("Retry-After"));
  open_gate();
  wait_until("the queue is empty", [&] { return queued().empty(); });
  const auto again = service_.request("POST", "/admin/v1/jobs", body);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(text_of(service_.finished_job(text_of(again.json(), "job_id")), "stdout"), "d\n");
}

TEST_F(Queue, KeepsPlacesOverARestart) {
  const std::string patient = waiting_job("patient", R"(,"sync":false)");
  const std::string urgent = waiting_job("urgent", R"(,"sync":true)");
  const std::string request = request_of(patient);
  service_.kill();
  service_.start();
  EXPECT_EQ(queued(), (Names{urgent, patient}));
  EXPECT_EQ(request_of(patient), request);
  open_gate();
  service_.finished_job(patient);
  EXPECT_EQ(platform::read_file(order_).value_or(""), "urgent\npatient\n");
}

TEST_F(Queue, CancelsWhatRuns) {
  EXPECT_EQ(service_.request("DELETE", "/admin/v1/jobs/" + holder_ + "?mode=kill").status, 204);
  EXPECT_EQ(text_of(service_.finished_job(holder_), "state"), "cancelled");
  EXPECT_EQ(service_.request("DELETE", "/admin/v1/jobs/" + holder_).status, 204);
  EXPECT_EQ(service_.request("DELETE", "/admin/v1/jobs/" + holder_ + "?mode=softly").status, 400);
  service_.finished_job(waiting_job("next", ""));
}

}  // namespace
}  // namespace berth::tests
