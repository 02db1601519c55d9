// A real berth-bridge between this test as the IDE and this test as the service.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/bridge/bridge_fixture.h"

namespace berth::bridge {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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
  EXPECT_THAT(bridge_->lines()[1], HasSubstr("\"id\":1,\"error\":{\"code\":-32600"));

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

TEST_F(BridgeTest, SaysAtOnceThatThereAreNoUpstreamServers) {
  start_server();
  server_->refusal = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
  start_bridge({"--server", "git"});
  bridge_->send(kInitialize);
  ASSERT_TRUE(turning_.until([&] { return !bridge_->lines().empty(); }, milliseconds(1'500)));
  EXPECT_THAT(bridge_->lines()[0],
              AllOf(HasSubstr("\"id\":0"), HasSubstr("no upstream server \\\"git\\\""),
                    HasSubstr("without --server"), Not(HasSubstr("404"))));
  EXPECT_TRUE(bridge_->running());
}

TEST_F(BridgeTest, NamesTheUpstreamItIsFor) {
  start_server();
  start_bridge({"--server", "git"});
  ASSERT_TRUE(turning_.until([&] { return server_->linked(); }));
  EXPECT_THAT(server_->requests()[0], HasSubstr("GET /bridge/git HTTP/1.1\r\n"));
}

}  // namespace
}  // namespace berth::bridge
