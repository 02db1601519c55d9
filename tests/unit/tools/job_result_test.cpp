#include "service/tools/job_result.h"

#include "tests/unit/tools/tools_fixture.h"

namespace berth::tools {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

core::JobView view_of(core::JobState state) {
  core::JobView view;
  view.job.id = core::JobId::trusted("job_a");
  view.job.state = state;
  view.job.command = "make secret-target";
  view.job.cwd_after = "/x";
  view.duration = core::Milliseconds(12);
  view.job.created_at = core::Timestamp(core::Milliseconds(1'785'231'000'125));
  return view;
}

TEST(JobResult, SaysTheOutcomeInItsFirstLine) {
  core::JobView view = view_of(core::JobState::succeeded);
  view.job.exit_code = 0;
  view.stdout_text = "hello\n";
  EXPECT_EQ(job_result(view).text, "succeeded (exit 0) in 12 ms, cwd /x, job job_a\nhello\n");
  view.job.state = core::JobState::failed;
  view.job.exit_code = 3;
  EXPECT_EQ(job_status_line(view), "failed (exit 3) in 12 ms, cwd /x, job job_a");
  view.job.signal = "SIGKILL";
  EXPECT_EQ(job_status_line(view), "failed (SIGKILL) in 12 ms, cwd /x, job job_a");
  view = view_of(core::JobState::timed_out);
  view.duration = core::Milliseconds(61'540);
  EXPECT_EQ(job_status_line(view), "timed_out in 61.5 s, cwd /x, job job_a");
  view = view_of(core::JobState::queued);
  view.job.cwd_after.clear();
  view.position = 2;
  view.eta = core::Milliseconds(3000);
  EXPECT_EQ(job_status_line(view), "queued at position 2, about 3000 ms, job job_a");
}

TEST(JobResult, PutsStderrUnderASeparator) {
  core::JobView view = view_of(core::JobState::failed);
  view.job.exit_code = 1;
  view.stdout_text = "out without end of line";
  view.stderr_text = "err\n";
  EXPECT_THAT(job_result(view).text, HasSubstr("\nout without end of line\n--- stderr ---\nerr\n"));
  view.stderr_text.clear();
  EXPECT_THAT(job_result(view).text, Not(HasSubstr("stderr")));
}

TEST(JobResult, SaysHowToGetWhatIsNotThere) {
  core::JobView view = view_of(core::JobState::running);
  view.truncated = true;
  view.awaiting_input = true;
  view.job.stdout_bytes = 100'000;
  view.job.message = "the terminal was restarted";
  EXPECT_THAT(job_result(view).text,
              AllOf(HasSubstr("running for 12 ms"), HasSubstr("note: the terminal was restarted"),
                    HasSubstr("100000 bytes stdout"), HasSubstr("read_output job_a"),
                    HasSubstr("[It seems to wait for input]\n[send_input job_a "),
                    HasSubstr("get_job job_a with wait_ms")));
  view = view_of(core::JobState::succeeded);
  EXPECT_THAT(job_result(view).text,
              AllOf(Not(HasSubstr("read_output")), Not(HasSubstr("get_job"))));
}

TEST(JobResult, AFailedCommandIsNoToolError) {
  core::JobView view = view_of(core::JobState::failed);
  view.job.exit_code = 1;
  EXPECT_FALSE(job_result(view).is_error);
}

TEST(JobResult, IsStructuredAsTheContractSays) {
  core::JobView view = view_of(core::JobState::failed);
  view.job.exit_code = 3;
  view.job.session_id = core::SessionId::trusted("ses_a");
  view.job.stdout_bytes = 3;
  view.stdout_text = "out";
  view.job.started_at = view.job.created_at + core::Milliseconds(1);
  view.job.finished_at = view.job.created_at + core::Milliseconds(13);
  EXPECT_EQ(job_result(view).structured,
            R"({"job_id":"job_a","session_id":"ses_a","state":"failed","exit_code":3,)"
            R"("stdout":"out","stderr":"","stdout_bytes":3,"stderr_bytes":0,"truncated":false,)"
            R"("cwd":"/x","duration_ms":12,"created_at":"2026-07-28T09:30:00.125Z",)"
            R"("started_at":"2026-07-28T09:30:00.126Z","finished_at":"2026-07-28T09:30:00.138Z"})");
}

}  // namespace
}  // namespace berth::tools
