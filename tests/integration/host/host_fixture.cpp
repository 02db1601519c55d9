#include "tests/integration/host/host_fixture.h"

#include <uv.h>

#include <algorithm>
#include <filesystem>

#include "service/platform/files.h"
#include "service/platform/peer.h"

namespace berth::test {

HostFixture::HostFixture() : host_id(core::HostId::make()) {
  folder = temporary.path();
  EXPECT_TRUE(platform::make_private_folder(folder + "/project"));
  launcher = std::make_unique<terminals::HostLauncher>(loop_, folder + "/data", BERTH_HOST_PROGRAM);
}

HostFixture::~HostFixture() {
  if (link && !gone) {
    link->end(core::StopMode::kill);
    EXPECT_TRUE(wait_for([this] { return gone.has_value(); })) << "the host did not end";
  }
  link.reset();
  launcher.reset();
}

terminals::HostSettings HostFixture::settings() const {
  terminals::HostSettings settings;
  settings.shell = tested.dialect;
  settings.program = tested.program;
  settings.cwd = folder + "/project";
  settings.env = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + folder, "LANG=C.UTF-8",
                  "SECRET_OF_SESSION=kept"};
  return settings;
}

void HostFixture::use(const ShellUnderTest& other) {
  tested = other;
  if (!tested.linked) return;
  tested.program = folder + "/" + tested.dialect;
  std::filesystem::create_symlink(other.program, tested.program);
}

void HostFixture::launch(const terminals::HostSettings& settings) {
  auto launched = launcher->launch(host_id, settings, *this);
  ASSERT_TRUE(launched) << launched.error().message;
  link = std::move(*launched);
  ASSERT_TRUE(wait_for([this] { return !readies.empty() || gone; }));
  ASSERT_FALSE(gone) << gone->message;
}

bool HostFixture::wait_for(const std::function<bool()>& condition,
                           std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  // Some conditions are about files and processes, of which the loop hears nothing.
  loop::Timer wake(loop_);
  wake.start_repeating(std::chrono::milliseconds(5), [] {});
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    uv_run(loop_.raw(), UV_RUN_ONCE);
  }
  return true;
}

platform::Descriptor HostFixture::create_spool(const core::JobId& job, const char* stream) const {
  return platform::create_file(folder + "/" + job.str() + "." + stream).value();
}

core::JobId HostFixture::start(hostproto::Run run) {
  if (run.job_id.empty()) run.job_id = core::JobId::make();
  link->output(create_spool(run.job_id, "out"), create_spool(run.job_id, "err"));
  link->run(run);
  return run.job_id;
}

core::JobId HostFixture::start(const std::string& command) {
  hostproto::Run run;
  run.command = command;
  return start(std::move(run));
}

Outcome HostFixture::outcome(const core::JobId& job) {
  const auto found = [&] {
    return std::ranges::find(finished, job, [](const auto& entry) { return entry.job_id; });
  };
  const bool came = wait_for([&] {
    return found() != finished.end() || gone ||
           std::ranges::count(rejected, job, [](const auto& entry) { return entry.job_id; }) > 0;
  });
  if (!came || found() == finished.end()) {
    ADD_FAILURE() << "no result" << (rejected.empty() ? "" : ": " + rejected.back().error.message);
    return {};
  }
  Outcome outcome{*found(), spool(job, "out"), spool(job, "err")};
  EXPECT_EQ(outcome.finished.stdout_bytes, static_cast<std::int64_t>(outcome.out.size()));
  EXPECT_EQ(outcome.finished.stderr_bytes, static_cast<std::int64_t>(outcome.err.size()));
  if (outcome.finished.stdout_inline) {
    EXPECT_EQ(*outcome.finished.stdout_inline, outcome.out);
    EXPECT_EQ(*outcome.finished.stderr_inline, outcome.err);
  }
  return outcome;
}

std::string HostFixture::spool(const core::JobId& job, const char* stream) const {
  return platform::read_file(folder + "/" + job.str() + "." + stream, std::size_t{2} << 30U)
      .value();
}

void HostFixture::type(const core::JobId& job, const std::string& text, bool eof) {
  hostproto::Input input;
  input.job_id = job;
  input.bytes = text;
  input.eof = eof;
  link->input(input);
}

void HostFixture::attach(std::int64_t after_seq) {
  gone.reset();
  resumed.clear();
  auto attached = launcher->attach(host_id, after_seq, *this);
  ASSERT_TRUE(attached) << attached.error().message;
  link = std::move(*attached);
  ASSERT_TRUE(wait_for([this] { return !resumed.empty(); }));
}

int HostFixture::host_pid() {
  return std::stoi(run("echo $PPID").out);
}

hostproto::Run with_open_stdin(const std::string& command) {
  hostproto::Run run;
  run.command = command;
  run.stdin_mode = core::StdinMode::open;
  return run;
}

}  // namespace berth::test
