// What happens when the client closes its side.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "service/platform/files.h"
#include "tests/integration/bridge/bridge_fixture.h"

namespace berth::bridge {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(BridgeTest, EndsAtOnceWhenStdinCloses) {
  shake_hands();
  bridge_->send(R"({"id":7,"method":"subscriptions/listen"})");  // answered only at its end
  ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 3; }));
  const auto before = steady_clock::now();
  bridge_->close_stdin();
  ASSERT_TRUE(turning_.until([&] { return !bridge_->running(); }));
  EXPECT_LT(steady_clock::now() - before, milliseconds(1'000));
  EXPECT_EQ(bridge_->exit()->exit_code, 0);
  EXPECT_EQ(bridge_->exit()->signal, 0);
  ASSERT_TRUE(turning_.until([&] { return !server_->linked(); }));
  EXPECT_THAT(server_->goodbyes, ElementsAre(HasSubstr("\"reconnect\":false")));
}

TEST_F(BridgeTest, AnswersWhatItHasReadBeforeItEnds) {
  shake_hands();
  bridge_->send(call(1));
  bridge_->send_raw(call(2));  // a last line without its newline is a message too
  bridge_->close_stdin();
  ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 4; }));
  EXPECT_EQ(server_->messages()[3].json, call(2));
  server_->say(result(2));
  server_->say(result(1));
  const auto before = steady_clock::now();
  ASSERT_TRUE(turning_.until([&] { return !bridge_->running(); }));
  EXPECT_LT(steady_clock::now() - before, milliseconds(1'000));
  EXPECT_THAT(bridge_->lines(), ElementsAre(result(0), result(2), result(1)));
  EXPECT_EQ(bridge_->exit()->exit_code, 0);
  EXPECT_THAT(server_->goodbyes, ElementsAre(HasSubstr("\"reconnect\":false")));
}

TEST_F(BridgeTest, DoesNotWaitLongForAnswersOnceStdinIsClosed) {
  shake_hands();
  bridge_->send(call(1));
  bridge_->close_stdin();
  const auto before = steady_clock::now();
  ASSERT_TRUE(turning_.until([&] { return !bridge_->running(); }));
  EXPECT_GT(steady_clock::now() - before, milliseconds(1'000));
  EXPECT_LT(steady_clock::now() - before, milliseconds(2'500));
  ASSERT_EQ(bridge_->lines().size(), 2U);
  EXPECT_THAT(bridge_->lines()[1], AllOf(HasSubstr("\"id\":1"), HasSubstr("stdin was closed")));
  EXPECT_EQ(bridge_->exit()->exit_code, 0);
}

TEST_F(BridgeTest, SaysWhatIsMissingWhenItEndsWithoutAService) {
  start_bridge({"--no-autostart"});
  bridge_->send(kInitialize);
  bridge_->close_stdin();
  ASSERT_TRUE(turning_.until([&] { return !bridge_->running(); }, milliseconds(3'000)));
  ASSERT_TRUE(has_lines(1));
  EXPECT_THAT(bridge_->lines()[0], AllOf(HasSubstr("\"id\":0"), HasSubstr("no service there")));
}

TEST_F(BridgeTest, DoesNotWaitForAnswersThatNobodyCanRead) {
  shake_hands();
  bridge_->send(call(1));
  ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 3; }));
  bridge_->close_stdout();
  bridge_->close_stdin();
  const auto before = steady_clock::now();
  ASSERT_TRUE(turning_.until([&] { return !bridge_->running(); }));
  EXPECT_LT(steady_clock::now() - before, milliseconds(1'000));
}

TEST_F(BridgeTest, EndsWhenStdinClosesWhileItIsPaused) {
  shake_hands();
  server_->stop_reading();
  const std::string big(8U << 20U, 'x');
  for (int id = 1; id <= 12; ++id) bridge_->send(call(id, big));
  ASSERT_TRUE(turning_.until([&] { return bridge_->unsent_bytes() < (40U << 20U); }));
  turning_.turn_for(milliseconds(300));
  ASSERT_GT(bridge_->unsent_bytes(), 0U) << "the bridge has stopped reading";
  bridge_->close_stdin();
  ASSERT_TRUE(turning_.until([&] { return !bridge_->running(); }, milliseconds(5'000)));
  EXPECT_EQ(bridge_->exit()->exit_code, 0);
}

TEST_F(BridgeTest, OutlivesItsStdout) {
  shake_hands();
  bridge_->close_stdout();
  bridge_->send("garbage");
  server_->say(result(0));
  bridge_->send(call(1));
  ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 3; }));
  bridge_->send(call(2));
  ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 4; }));
  EXPECT_TRUE(bridge_->running());
  bridge_->close_stdin();
  ASSERT_TRUE(turning_.until([&] { return !bridge_->running(); }));
  EXPECT_EQ(bridge_->exit()->exit_code, 0);
}

/// Runs the bridge on files, as a person's shell would; what it wrote.
std::string run_on_files(const std::string& folder, const std::string& input, int& exit_code) {
  const std::string input_file = folder + "/in";
  EXPECT_TRUE(platform::write_file_atomically(input_file, input, 0600));
  const auto in = platform::open_for_reading(input_file);
  const auto out = platform::create_file(folder + "/out");
  platform::SpawnOptions options;
  options.program = BERTH_BRIDGE;
  options.arguments = {"--runtime-dir", folder + "/none"};
  options.environment = platform::current_environment();
  options.descriptors = {{in->get(), 0}, {out->get(), 1}};
  const auto child = platform::spawn(options);
  EXPECT_TRUE(child);
  support::TurningLoop turning;
  std::optional<platform::ExitStatus> exit;
  EXPECT_TRUE(turning.until([&] {
    if (auto status = platform::reap(child->pid)) exit = *status;
    return exit.has_value();
  }));
  exit_code = exit ? exit->exit_code : -1;
  return platform::read_file(folder + "/out").value_or("");
}

TEST_F(BridgeTest, ReadsAFileThatAnEventLoopCanNotWaitFor) {
  int exit_code = -1;
  std::string input;
  for (int line = 0; line < 5'000; ++line) input += "garbage " + std::to_string(line) + "\n";
  const std::string output = run_on_files(folder_, input, exit_code);
  EXPECT_EQ(exit_code, 0);
  EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 5'000);
}

TEST_F(BridgeTest, EndsAtOnceOnAnEmptyFile) {
  int exit_code = -1;
  EXPECT_EQ(run_on_files(folder_, "", exit_code), "");
  EXPECT_EQ(exit_code, 0);
}

}  // namespace
}  // namespace berth::bridge
