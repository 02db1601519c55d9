#include <gtest/gtest.h>
#include <uv.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "service/host/lasting_shell.h"
#include "service/host/workspace.h"
#include "service/loop/loop.h"
#include "service/loop/timer.h"
#include "service/platform/files.h"
#include "service/platform/spawn.h"
#include "service/shells/sh.h"

namespace berth::host {
namespace {

/// A shell that takes its lines as PowerShell does: not on stdin.
class ShOfAChannel final : public shells::Dialect {
 public:
  std::string_view name() const override { return "sh-of-a-channel"; }
  bool reads_stdin() const override { return false; }
  std::vector<std::string> arguments(const shells::ShellFiles& files) const override {
    return {"-c", "readlink /proc/$$/fd/0 >\"$0.stdin\"; exec sh -i <\"$0\"", files.commands};
  }
  std::string_view kept_over_exit() const override { return sh_.kept_over_exit(); }
  std::string reporter_script(const shells::ShellFiles& files) const override {
    return sh_.reporter_script(files);
  }
  std::string saver_script(const shells::ShellFiles& files) const override {
    return sh_.saver_script(files);
  }
  std::string greeting_lines(const shells::ShellFiles& files, const std::string& nonce,
                             bool restore, const std::vector<std::string>& forget) const override {
    return sh_.greeting_lines(files, nonce, restore, forget);
  }
  shells::CommandLines command_lines(const shells::ShellFiles& files,
                                     const shells::CommandPlan& plan,
                                     const shells::Directories& home) const override {
    return sh_.command_lines(files, plan, home);
  }
  std::string prepare_lines(const shells::ShellFiles& files, const std::string& nonce,
                            const std::string& cwd) const override {
    return sh_.prepare_lines(files, nonce, cwd);
  }
  std::string report_lines(const shells::ShellFiles& files, const std::string& nonce,
                           const shells::Directories& home) const override {
    return sh_.report_lines(files, nonce, home);
  }

 private:
  shells::Sh sh_;
};

class CommandsChannel : public testing::Test, public LastingShell::Events {
 protected:
  bool wait_for(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    loop::Timer wake(loop_);
    wake.start_repeating(std::chrono::milliseconds(5), [] {});
    while (!condition()) {
      if (std::chrono::steady_clock::now() >= deadline) return false;
      uv_run(loop_.raw(), UV_RUN_ONCE);
    }
    return true;
  }

  void on_shell_ready(const hostproto::Ready&) override { ++readies_; }
  void on_shell_report(const shells::Report& report) override { reports_.push_back(report); }
  void on_shell_lost(const platform::ExitStatus&) override {}
  void on_shell_over(const std::string& reason) override { over_ = reason; }

  loop::Loop loop_;
  int readies_ = 0;
  std::vector<shells::Report> reports_;
  std::optional<std::string> over_;
};

TEST_F(CommandsChannel, ServesAShellThatLeavesItsStdinToPrograms) {
  const ShOfAChannel dialect;
  auto workspace = Workspace::create(dialect);
  ASSERT_TRUE(workspace) << workspace.error().message;
  hostproto::Configure settings;
  settings.program = "sh";
  settings.cwd = "/usr";
  settings.env = platform::current_environment();
  LastingShell shell(loop_, dialect, std::move(*workspace), settings, *this);
  ASSERT_TRUE(shell.start());
  ASSERT_TRUE(wait_for([this] { return readies_ == 1; }));
  EXPECT_EQ(shell.directories().current, "/usr");
  const auto stdin_was =
      platform::read_file(shell.workspace().shell_files().commands + ".stdin", 100);
  EXPECT_EQ(stdin_was, "/dev/null\n");

  shell.expect("nonce");
  shell.send(dialect.prepare_lines(shell.workspace().shell_files(), "nonce", "/usr/lib"));
  ASSERT_TRUE(wait_for([this] { return reports_.size() == 2; }));
  EXPECT_EQ(reports_[0].kind, shells::Report::Kind::started);
  EXPECT_EQ(reports_[1].kind, shells::Report::Kind::done);
  EXPECT_EQ(reports_[1].cwd, "/usr/lib");
  EXPECT_TRUE(shell.input_consumed());

  shell.close("the test is over");
  EXPECT_TRUE(wait_for([this] { return over_.has_value(); }));
  EXPECT_EQ(over_, "the test is over");
}

}  // namespace
}  // namespace berth::host
