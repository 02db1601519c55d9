// A real berth-bridge between this test as the IDE and this test as the service.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "service/core/ids.h"
#include "service/platform/files.h"
#include "service/platform/process.h"
#include "tests/integration/bridge/bridge_process.h"
#include "tests/integration/bridge/link_server.h"
#include "tests/support/turning_loop.h"

namespace berth::bridge {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kInitialize =
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"x":1.0,"big":18446744073709551616}})";
const std::string kInitialized = R"({"jsonrpc":"2.0","method":"notifications/initialized"})";

std::string call(int id, const std::string& payload = "") {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) +
         R"(,"method":"tools/call","params":{"p":")" + payload + "\"}}";
}
std::string result(int id, const std::string& payload = "") {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"result":{"r":")" + payload +
         "\"}}";
}

class BridgeTest : public testing::Test {
 protected:
  BridgeTest() {
    platform::ignore_broken_pipes();
    std::filesystem::create_directories(folder_);
  }
  ~BridgeTest() override { std::filesystem::remove_all(folder_); }

  std::string runtime_dir() const { return folder_ + "/run"; }
  void start_server() { server_ = std::make_unique<LinkServer>(turning_.get(), runtime_dir()); }
  void start_bridge(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"--runtime-dir", runtime_dir()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    bridge_ = std::make_unique<BridgeProcess>(turning_.get(), arguments);
  }
  void shake_hands() {
    start_server();
    start_bridge();
    bridge_->send(kInitialize);
    ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 1; }));
    server_->say(result(0));
    ASSERT_TRUE(turning_.until([&] { return bridge_->lines().size() == 1; }));
    bridge_->send(kInitialized);
    ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 2; }));
  }
  std::vector<std::string> texts_from(std::size_t first) const {
    std::vector<std::string> texts;
    for (std::size_t i = first; i < server_->messages().size(); ++i) {
      texts.push_back(server_->messages()[i].json);
    }
    return texts;
  }
  bool has_lines(std::size_t count) {
    return turning_.until([&] { return bridge_->lines().size() >= count; });
  }

  std::string folder_ =
      std::filesystem::temp_directory_path() / ("berth-bridge-" + core::random_base32_128());
  support::TurningLoop turning_;
  std::unique_ptr<LinkServer> server_;
  std::unique_ptr<BridgeProcess> bridge_;
};

TEST_F(BridgeTest, ForwardsBothWaysByteForByte) {
  shake_hands();
  EXPECT_THAT(server_->requests(),
              ElementsAre(AllOf(HasSubstr("GET /bridge HTTP/1.1\r\nHost: localhost\r\n"),
                                HasSubstr("\r\nUpgrade: berth-bridge/1\r\n"),
                                HasSubstr("\r\nBerth-Client-Id: bridge-"),
                                HasSubstr("\r\nBerth-Cwd: /"), Not(HasSubstr("Authorization")))));
  EXPECT_EQ(server_->hellos().at(0).epoch, "");
  EXPECT_THAT(server_->requests().at(0),
              HasSubstr("Berth-Client-Id: " + server_->hellos().at(0).client_id + "\r\n"));
  EXPECT_THAT(texts_from(0), ElementsAre(kInitialize, kInitialized));

  const std::string odd = "  {\"id\" : \"\\u0031\", \"method\":\"x\", \"params\":{\"n\":1.0} }  ";
  bridge_->send(odd + "\r");
  const std::string spaced = "{ \"id\":\"\\u0031\",\t\"result\":{\"n\":-0.0e5,\"t\":\"\\/é\"} }";
  ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 3; }));
  EXPECT_EQ(server_->messages()[2].json, odd + "\r");
  server_->say(spaced);
  ASSERT_TRUE(has_lines(2));
  EXPECT_EQ(bridge_->lines()[1], spaced);
}

TEST_F(BridgeTest, LosesAndRepeatsNothingOverBrokenLinks) {
  shake_hands();
  const std::string client_id = server_->hellos().at(0).client_id;
  server_->on_message = [&](const LinkServer::Received& message) {
    const int id = std::stoi(message.json.substr(message.json.find("\"id\":") + 5));
    server_->say(result(id, "answer"));
    // Breaks at once, before its answer or any acknowledgement is read.
    if (id % 7 == 0) server_->break_link();
  };
  std::vector<std::string> calls;
  std::vector<std::string> answers{result(0)};
  for (int id = 1; id <= 50; ++id) {
    calls.push_back(call(id));
    answers.push_back(result(id, "answer"));
    bridge_->send(calls.back());
    if (id % 10 == 0) {
      ASSERT_TRUE(has_lines(static_cast<std::size_t>(id + 1))) << id;
    }
  }
  EXPECT_EQ(bridge_->lines(), answers);
  EXPECT_EQ(texts_from(2), calls);
  EXPECT_GE(server_->links(), 7);
  for (const net::LinkHello& hello : server_->hellos()) EXPECT_EQ(hello.client_id, client_id);
}

TEST_F(BridgeTest, SurvivesARestartUnseenByTheClient) {
  shake_hands();
  bridge_->send(call(1, "done"));
  bridge_->send(call(2, "pending"));
  ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 4; }));
  server_->say(result(1));
  ASSERT_TRUE(has_lines(2));

  server_->stop_listening();
  server_->restart("e2");
  bridge_->send(call(3, "held"));
  turning_.turn_for(milliseconds(300));
  EXPECT_EQ(bridge_->lines().size(), 2U) << "nothing is answered while the service is away";
  server_->listen();
  ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 8; }));
  EXPECT_THAT(texts_from(4),
              ElementsAre(kInitialize, kInitialized, call(2, "pending"), call(3, "held")));
  std::vector<std::uint64_t> numbers;
  for (const auto& message : server_->messages()) numbers.push_back(message.number);
  EXPECT_THAT(numbers, ElementsAre(1, 2, 3, 4, 1, 2, 4, 5)) << "calls keep their numbers";

  server_->say(result(0, "hidden"));
  server_->say(result(2));
  server_->say(result(3));
  ASSERT_TRUE(has_lines(4));
  EXPECT_THAT(bridge_->lines(), ElementsAre(result(0), result(1), result(2), result(3)));
}

TEST_F(BridgeTest, WaitsForAServiceThatComesLater) {
  start_bridge({"--no-autostart"});
  bridge_->send(kInitialize);
  turning_.turn_for(milliseconds(200));
  start_server();
  ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 1; }));
  EXPECT_EQ(server_->messages()[0].json, kInitialize);
}

TEST_F(BridgeTest, StaysUsableAfterGarbage) {
  shake_hands();
  bridge_->send("this is not JSON");
  bridge_->send("");
  bridge_->send("{\"id\":5}");
  bridge_->send("[]");
  bridge_->send(std::string("\xff\xfe\0\x01", 4));
  bridge_->send(call(1));
  ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 3; }));
  EXPECT_EQ(server_->messages()[2].json, call(1));
  ASSERT_TRUE(has_lines(5));
  EXPECT_THAT(bridge_->lines(), ElementsAre(result(0), HasSubstr("-32700"),
                                            AllOf(HasSubstr("\"id\":5"), HasSubstr("-32600")),
                                            HasSubstr("-32600"), HasSubstr("-32700")));
}

TEST_F(BridgeTest, CarriesMessagesOfTheLargestSizeAndRefusesLargerOnes) {
  shake_hands();
  const std::size_t frame = call(1).size();
  const std::string largest = call(1, std::string(net::kMaxLinkMessage - frame, 'x'));
  ASSERT_EQ(largest.size(), net::kMaxLinkMessage);
  bridge_->send(largest);
  bridge_->send(largest + " ");
  bridge_->send(call(2));
  ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 4; }));
  EXPECT_TRUE(server_->messages()[2].json == largest);
  EXPECT_EQ(server_->messages()[3].json, call(2));
  ASSERT_TRUE(has_lines(2));
  EXPECT_THAT(bridge_->lines()[1], HasSubstr("\"id\":null,\"error\":{\"code\":-32600"));

  const std::string answer = result(1, std::string(net::kMaxLinkMessage - result(1).size(), 'y'));
  server_->say(answer);
  ASSERT_TRUE(has_lines(3));
  EXPECT_TRUE(bridge_->lines()[2] == answer);
}

TEST_F(BridgeTest, AClientThatDoesNotReadStopsTheServiceOnly) {
  shake_hands();
  bridge_->stop_reading_stdout();
  const std::string note = R"({"method":"note","params":")" + std::string(1U << 20U, 'n') + "\"}";
  std::string wire;
  for (std::uint64_t number = 2; number <= 41; ++number) net::append_message(wire, number, note);
  server_->write_raw(wire);
  // The other direction goes on while 40 MiB wait.
  for (int id = 1; id <= 20; ++id) bridge_->send(call(id));
  ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 22; }));
  bridge_->read_stdout();
  ASSERT_TRUE(has_lines(41));
  EXPECT_TRUE(bridge_->lines()[40] == note);
}

TEST_F(BridgeTest, AServiceThatDoesNotReadStopsTheClientAtABound) {
  shake_hands();
  server_->stop_reading();
  const std::string big(8U << 20U, 'x');
  for (int id = 1; id <= 12; ++id) bridge_->send(call(id, big));  // 96 MiB
  // It takes in 64 MiB and leaves the rest with its client.
  ASSERT_TRUE(turning_.until([&] { return bridge_->unsent_bytes() < (33U << 20U); }));
  turning_.turn_for(milliseconds(500));
  EXPECT_GT(bridge_->unsent_bytes(), 24U << 20U);
  server_->resume_reading();
  ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 14; }));
  EXPECT_TRUE(server_->messages()[13].json == call(12, big));
}

TEST_F(BridgeTest, EndsAtOnceWhenStdinCloses) {
  shake_hands();
  bridge_->send(call(1));
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

TEST_F(BridgeTest, StaysAwayWhenSentAwayUntilTheClientStartsAnew) {
  shake_hands();
  bridge_->send(call(1));
  ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 3; }));
  server_->goodbye("killed by an administrator", false);
  ASSERT_TRUE(has_lines(2));
  EXPECT_THAT(bridge_->lines()[1],
              AllOf(HasSubstr("\"id\":1"), HasSubstr("-32603"), HasSubstr("administrator")));
  bridge_->send(call(2));
  ASSERT_TRUE(has_lines(3));
  turning_.turn_for(milliseconds(400));
  EXPECT_EQ(server_->links(), 1);
  EXPECT_TRUE(bridge_->running());
  bridge_->send(R"({"id":9,"method":"server/discover"})");
  ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 4; }));
  EXPECT_EQ(server_->links(), 2);
  EXPECT_EQ(server_->messages()[3].json, R"({"id":9,"method":"server/discover"})");
}

TEST_F(BridgeTest, ComesBackAfterAnOrderlyStop) {
  shake_hands();
  server_->goodbye("stopping", true);
  server_->restart("e2");
  ASSERT_TRUE(turning_.until([&] { return server_->links() == 2; }));
  EXPECT_EQ(bridge_->lines().size(), 1U);
}

TEST_F(BridgeTest, KeepsTryingAServiceThatIsNotReady) {
  start_server();
  server_->refusal = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
  start_bridge();
  bridge_->send(kInitialize);
  ASSERT_TRUE(turning_.until([&] { return server_->requests().size() >= 3; }));
  EXPECT_THAT(bridge_->lines(), IsEmpty());
  server_->refusal.clear();
  ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 1; }));
}

TEST_F(BridgeTest, NamesTheUpstreamItIsFor) {
  start_server();
  start_bridge({"--server", "git"});
  ASSERT_TRUE(turning_.until([&] { return server_->linked(); }));
  EXPECT_THAT(server_->requests()[0], HasSubstr("GET /bridge/git HTTP/1.1\r\n"));
}

}  // namespace
}  // namespace berth::bridge
