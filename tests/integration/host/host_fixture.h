#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/loop/loop.h"
#include "service/loop/timer.h"
#include "service/platform/descriptor.h"
#include "service/terminals/host_launcher.h"
#include "tests/integration/host/shell_under_test.h"
#include "tests/support/temporary_folder.h"

namespace berth::test {

/// What a command gave: the host's word, and the bytes in its spools.
struct Outcome {
  hostproto::Finished finished;
  std::string out;
  std::string err;
};

/// A real berth-host with a real shell (bash unless told otherwise), driven through HostLink as the
/// service does. The test's thread turns the loop while it waits.
class HostFixture : public testing::Test, public terminals::HostEvents {
 protected:
  HostFixture();
  ~HostFixture() override;

  /// A host of this test's own, and its shell ready.
  void launch(const terminals::HostSettings& settings);
  void launch() { launch(settings()); }
  terminals::HostSettings settings() const;
  /// From now on for `settings`.
  void use(const ShellUnderTest& shell);

  /// Turns the loop until `condition`; false when `limit` has passed.
  bool wait_for(const std::function<bool()>& condition,
                std::chrono::milliseconds limit = std::chrono::seconds(20));

  /// Sends a command and says which job it is.
  core::JobId start(hostproto::Run run);
  core::JobId start(const std::string& command);
  /// Waits for a job's result.
  Outcome outcome(const core::JobId& job);
  Outcome run(hostproto::Run run) { return outcome(start(std::move(run))); }
  Outcome run(const std::string& command) { return outcome(start(command)); }

  void type(const core::JobId& job, const std::string& text, bool eof = false);
  void attach(std::int64_t after_seq);
  std::string spool(const core::JobId& job, const char* stream) const;
  int host_pid();

  // HostEvents: everything is kept for the test to look at.
  void on_ready(const hostproto::Ready& ready) override { readies.push_back(ready); }
  void on_prepared(const hostproto::Prepared& answer) override { prepared.push_back(answer); }
  void on_accepted(const hostproto::Accepted& entry) override { accepted.push_back(entry); }
  void on_started(const hostproto::Started& entry) override { started.push_back(entry); }
  void on_progress(const hostproto::Progress& entry) override { progress.push_back(entry); }
  void on_finished(hostproto::Finished& entry) override { finished.push_back(entry); }
  void on_rejected(const hostproto::Rejected& entry) override { rejected.push_back(entry); }
  void on_resumed(const hostproto::Running& entry) override { resumed.push_back(entry); }
  void on_shell_ended(const hostproto::ShellEnded& entry) override { ended.push_back(entry); }
  void on_input_taken(const hostproto::InputTaken& entry) override { taken.push_back(entry); }
  void on_gone(const core::Error& reason) override { gone = reason; }

  std::vector<hostproto::Ready> readies;
  std::vector<hostproto::Prepared> prepared;
  std::vector<hostproto::Accepted> accepted;
  std::vector<hostproto::Started> started;
  std::vector<hostproto::Progress> progress;
  std::vector<hostproto::Finished> finished;
  std::vector<hostproto::Rejected> rejected;
  std::vector<hostproto::Running> resumed;
  std::vector<hostproto::ShellEnded> ended;
  std::vector<hostproto::InputTaken> taken;
  std::optional<core::Error> gone;

  support::TemporaryFolder temporary;
  std::string folder;  ///< this test's own; `folder`/project is the session's first directory
  loop::Loop loop_;
  std::unique_ptr<terminals::HostLauncher> launcher;
  std::unique_ptr<terminals::HostLink> link;
  core::HostId host_id;
  ShellUnderTest tested = shells_under_test().front();

 private:
  platform::Descriptor create_spool(const core::JobId& job, const char* stream) const;
};

/// A test that is run with every shell of this machine.
class ShellFixture : public HostFixture, public testing::WithParamInterface<ShellUnderTest> {
 protected:
  ShellFixture() { use(GetParam()); }
};

/// The command for `run` with a stdin that stays open.
hostproto::Run with_open_stdin(const std::string& command);

}  // namespace berth::test
