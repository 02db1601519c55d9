#include "service/bridge/link_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "service/net/link_frame.h"

namespace berth::bridge {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr core::Instant kStart{};

const std::string kInitialize = R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{}})";
const std::string kInitialized = R"({"jsonrpc":"2.0","method":"notifications/initialized"})";

std::string call(int id) {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":"tools/call"})";
}
std::string result(int id) {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"result":{}})";
}
std::string cancel(int id) {
  return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" +
         std::to_string(id) + "}}";
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

/// Plays the service of the link, one frame at a time.
class LinkSessionTest : public testing::Test {
 protected:
  /// Opens a link as the service with `epoch`, which has received `received` of it before.
  void connect(const std::string& epoch, bool resumed = false, std::uint64_t received = 0) {
    session_.link_opened();
    hello_ = lines_of(session_.take_for_service()).at(0);
    net::LinkHello hello;
    hello.epoch = epoch;
    hello.resumed = resumed;
    hello.received = received;
    std::string wire;
    net::append_service_hello(wire, hello);
    ASSERT_TRUE(receive(wire));
    ASSERT_TRUE(session_.open());
    next_ = resumed ? next_ : 0;
  }

  bool receive(std::string_view wire) {
    decoder_.feed(wire);
    for (;;) {
      const auto frame = decoder_.next();
      if (!frame) return false;
      if (!*frame) return true;
      if (!session_.receive(**frame)) return false;
    }
  }

  void service_says(const std::string& json) {
    std::string wire;
    net::append_message(wire, ++next_, json);
    ASSERT_TRUE(receive(wire));
  }
  void service_acknowledges(std::uint64_t number) {
    ASSERT_TRUE(receive("A " + std::to_string(number) + "\n"));
  }
  void client_says(const std::string& line) { session_.from_client(line, now_); }

  std::vector<std::string> at_service() { return lines_of(session_.take_for_service()); }
  std::vector<std::string> at_client() { return lines_of(session_.take_for_client()); }

  /// A client that has shaken hands in epoch e1, everything acknowledged.
  void shake_hands() {
    connect("e1");
    client_says(kInitialize);
    service_says(result(0));
    client_says(kInitialized);
    service_acknowledges(2);
    at_service();
    ASSERT_THAT(at_client(), ElementsAre(result(0)));
  }

  core::Instant now_ = kStart;
  LinkSession session_{"bridge-1", kStart};
  net::LinkDecoder decoder_;
  std::uint64_t next_ = 0;
  std::string hello_;
};

TEST_F(LinkSessionTest, HoldsMessagesUntilAServiceIsThere) {
  client_says(kInitialize);
  client_says("  \r");
  client_says(kInitialized);
  EXPECT_THAT(at_service(), IsEmpty());
  connect("e1");
  EXPECT_EQ(hello_, R"(H {"version":"1","client_id":"bridge-1","received":0,"epoch":""})");
  EXPECT_THAT(at_service(), ElementsAre("M 1 " + kInitialize, "M 2 " + kInitialized));
  client_says(call(1));
  EXPECT_THAT(at_service(), ElementsAre("M 3 " + call(1)));
  service_says(result(0));
  EXPECT_THAT(at_client(), ElementsAre(result(0)));
}

TEST_F(LinkSessionTest, AcknowledgesEachBatchOnce) {
  shake_hands();
  service_says(R"({"method":"a"})");
  service_says(R"({"method":"b"})");
  session_.acknowledge();
  session_.acknowledge();
  EXPECT_THAT(at_service(), ElementsAre("A 3"));
  ASSERT_TRUE(receive("P 77\n"));
  EXPECT_THAT(at_service(), ElementsAre("Q 77"));
}

TEST_F(LinkSessionTest, AResumedLinkLosesAndRepeatsNothing) {
  shake_hands();
  client_says(call(1));
  client_says(call(2));
  client_says(call(3));
  service_acknowledges(3);
  service_says(result(1));
  session_.link_lost(now_);
  client_says(call(4));
  at_service();
  connect("e1", true, 4);
  EXPECT_EQ(hello_, R"(H {"version":"1","client_id":"bridge-1","received":2,"epoch":"e1"})");
  EXPECT_THAT(at_service(), ElementsAre("M 5 " + call(3), "M 6 " + call(4)));
  // The service repeats what it does not know to be received.
  next_ = 1;
  service_says(result(1));
  service_says(result(2));
  EXPECT_THAT(at_client(), ElementsAre(result(1), result(2)));
}

TEST_F(LinkSessionTest, ARestartedServiceGetsTheHandshakeAndWhatIsUnanswered) {
  shake_hands();
  client_says(call(1));
  client_says(call(2));
  service_acknowledges(4);
  service_says(result(1));
  at_client();
  session_.link_lost(now_);
  client_says(call(3));
  connect("e2");
  EXPECT_EQ(hello_, R"(H {"version":"1","client_id":"bridge-1","received":2,"epoch":"e1"})");
  EXPECT_THAT(at_service(), ElementsAre("M 1 " + kInitialize, "M 2 " + kInitialized,
                                        "M 4 " + call(2), "M 5 " + call(3)));
  service_says(result(0));
  EXPECT_THAT(at_client(), IsEmpty()) << "the client had this answer in the first epoch";
  service_says(result(2));
  service_says(result(3));
  EXPECT_THAT(at_client(), ElementsAre(result(2), result(3)));

  // And again, in the middle of it.
  session_.link_lost(now_);
  connect("e3");
  EXPECT_THAT(at_service(), ElementsAre("M 1 " + kInitialize, "M 2 " + kInitialized));
}

TEST_F(LinkSessionTest, AServiceThatForgotTheClientIsAsGoodAsRestarted) {
  shake_hands();
  client_says(call(1));
  service_acknowledges(3);
  session_.link_lost(now_);
  connect("e1", false);
  EXPECT_THAT(at_service(),
              ElementsAre("M 1 " + kInitialize, "M 2 " + kInitialized, "M 3 " + call(1)));
  service_says(result(0));
  service_says(result(1));
  EXPECT_THAT(at_client(), ElementsAre(result(1)));
}

TEST_F(LinkSessionTest, AnInterruptedHandshakeIsNotHidden) {
  connect("e1");
  client_says(kInitialize);
  service_acknowledges(1);
  session_.link_lost(now_);
  at_service();
  connect("e2");
  EXPECT_THAT(at_service(), ElementsAre("M 1 " + kInitialize));
  service_says(result(0));
  EXPECT_THAT(at_client(), ElementsAre(result(0)));
}

TEST_F(LinkSessionTest, ARefusedHandshakeIsNotReplayed) {
  connect("e1");
  client_says(kInitialize);
  service_says(R"({"id":0,"error":{"code":-32602,"message":"version"}})");
  service_acknowledges(1);
  session_.link_lost(now_);
  at_service();
  connect("e2");
  EXPECT_THAT(at_service(), IsEmpty());
}

TEST_F(LinkSessionTest, RestoresLogLevelAndSubscriptionsThatStillStand) {
  shake_hands();
  const auto ask = [&](int id, const std::string& method, const std::string& params) {
    const std::string text = R"({"id":)" + std::to_string(id) + R"(,"method":")" + method +
                             R"(","params":)" + params + "}";
    client_says(text);
    service_says(result(id));
    return text;
  };
  ask(1, "logging/setLevel", R"({"level":"info"})");
  ask(2, "resources/subscribe", R"({"uri":"berth://a"})");
  const std::string level = ask(3, "logging/setLevel", R"({"level":"debug"})");
  const std::string kept = ask(4, "resources/subscribe", R"({"uri":"berth://b"})");
  ask(5, "resources/unsubscribe", R"({"uri":"berth://a"})");
  service_acknowledges(7);
  at_client();
  session_.link_lost(now_);
  at_service();
  connect("e2");
  EXPECT_THAT(at_service(), ElementsAre("M 1 " + kInitialize, "M 2 " + kInitialized, "M 5 " + level,
                                        "M 6 " + kept));
  service_says(result(0));
  service_says(result(3));
  EXPECT_THAT(at_client(), IsEmpty());
  service_says(result(4));
  EXPECT_THAT(at_client(),
              ElementsAre(R"({"jsonrpc":"2.0","method":"notifications/resources/updated",)"
                          R"("params":{"uri":"berth://b"}})"))
      << "it may have changed while nobody watched";
}

TEST_F(LinkSessionTest, SwallowsTheSecondAcknowledgementOfASubscription) {
  connect("e1");
  const std::string listen = R"({"id":"s","method":"subscriptions/listen","params":{}})";
  const std::string told =
      R"({"method":"notifications/subscriptions/acknowledged","params":{"_meta":)"
      R"({"io.modelcontextprotocol/subscriptionId":"s"}}})";
  client_says(listen);
  service_says(told);
  service_acknowledges(1);
  EXPECT_THAT(at_client(), ElementsAre(told));
  EXPECT_FALSE(session_.has_waiting_requests()) << "nobody waits for a subscription to end";
  session_.link_lost(now_);
  at_service();
  connect("e2");
  EXPECT_THAT(at_service(), ElementsAre("M 1 " + listen));
  service_says(told);
  service_says(R"({"method":"notifications/tools/list_changed"})");
  EXPECT_THAT(at_client(), ElementsAre(R"({"method":"notifications/tools/list_changed"})"));
}

TEST_F(LinkSessionTest, TellsOfWhatMayHaveChangedBeforeTheSecondAcknowledgement) {
  connect("e1");
  client_says(R"({"id":7,"method":"subscriptions/listen","params":{}})");
  const std::string told =
      R"({"method":"notifications/subscriptions/acknowledged","params":{"_meta":)"
      R"({"io.modelcontextprotocol/subscriptionId":7},"notifications":)"
      R"({"resourceSubscriptions":["berth://a","berth://b"]}}})";
  service_says(told);
  service_acknowledges(1);
  EXPECT_THAT(at_client(), ElementsAre(told));
  session_.link_lost(now_);
  at_service();
  connect("e2");
  at_service();
  service_says(told);
  const auto updated = [](const std::string& uri) {
    return R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"_meta":)"
           R"({"io.modelcontextprotocol/subscriptionId":7},"uri":")" +
           uri + "\"}}";
  };
  EXPECT_THAT(at_client(), ElementsAre(updated("berth://a"), updated("berth://b")));
}

TEST_F(LinkSessionTest, DropsAnswersThatNobodyWaitsFor) {
  shake_hands();
  client_says(call(1));
  service_says(result(1));
  service_says(result(1));
  service_says(result(9));
  service_says(R"({"jsonrpc":"2.0","id":"1","result":{}})");
  EXPECT_THAT(at_client(), ElementsAre(result(1)));
}

TEST_F(LinkSessionTest, ACancelledCallIsNotSentAgain) {
  shake_hands();
  client_says(call(1));
  client_says(cancel(1));
  service_acknowledges(4);
  session_.link_lost(now_);
  at_service();
  connect("e2");
  EXPECT_THAT(at_service(), ElementsAre("M 1 " + kInitialize, "M 2 " + kInitialized));
}

TEST_F(LinkSessionTest, ACallThatNoServiceHadIsCancelledByForgettingIt) {
  shake_hands();
  session_.link_lost(now_);
  client_says(call(1));
  client_says(cancel(1));
  connect("e1", true, 2);
  EXPECT_THAT(at_service(), IsEmpty());
  EXPECT_FALSE(session_.has_waiting_requests());
}

TEST_F(LinkSessionTest, ACancellationReachesARestartedServiceIfTheCallHadReachedTheOldOne) {
  shake_hands();
  client_says(call(1));
  service_acknowledges(3);
  session_.link_lost(now_);
  client_says(cancel(1));
  connect("e2");
  EXPECT_THAT(at_service(), ElementsAre("M 1 " + kInitialize, "M 2 " + kInitialized,
                                        "M 3 " + call(1), "M 4 " + cancel(1)));
  service_says(result(0));
  service_says(result(1));
  EXPECT_THAT(at_client(), IsEmpty());
  service_acknowledges(4);
  session_.link_lost(now_);
  connect("e3");
  EXPECT_THAT(at_service(), ElementsAre("M 1 " + kInitialize, "M 2 " + kInitialized));
}

TEST_F(LinkSessionTest, RequestsOfAServiceThatHasGoneAreCancelledAtTheClient) {
  shake_hands();
  const std::string question = R"({"id":"e1-1","method":"elicitation/create","params":{}})";
  const std::string reply = R"({"id":"e1-1","result":{"action":"accept"}})";
  service_says(question);
  EXPECT_THAT(at_client(), ElementsAre(question));
  session_.link_lost(now_);
  connect("e2");
  EXPECT_THAT(at_client(), ElementsAre(HasSubstr(R"("requestId":"e1-1")")));
  at_service();
  client_says(reply);
  EXPECT_THAT(at_service(), IsEmpty()) << "it must not meet a new request of that id";
}

TEST_F(LinkSessionTest, AnAnswerToTheServiceThatIsTooLongIsToldToTheService) {
  shake_hands();
  service_says(R"({"id":"q","method":"sampling/createMessage","params":{}})");
  at_client();
  session_.line_too_long(R"("q")", now_);
  EXPECT_THAT(at_client(), IsEmpty());
  EXPECT_THAT(at_service(), ElementsAre(AllOf(HasSubstr(R"("id":"q","error":{"code":-32600)"),
                                              HasSubstr("32 MiB"))));
}

TEST_F(LinkSessionTest, AnAnswerToAQuestionThatWasWithdrawnGoesNowhere) {
  shake_hands();
  const std::string withdrawn =
      R"({"method":"notifications/cancelled","params":{"requestId":"q"}})";
  service_says(R"({"id":"q","method":"elicitation/create","params":{}})");
  service_says(withdrawn);
  EXPECT_THAT(at_client(), ElementsAre(HasSubstr("elicitation/create"), withdrawn));
  client_says(R"({"id":"q","result":{"action":"accept"}})");
  EXPECT_THAT(at_service(), IsEmpty());
}

TEST_F(LinkSessionTest, AnswersToTheServiceSurviveABreakButNotARestart) {
  shake_hands();
  service_says(R"({"id":"q","method":"ping"})");
  client_says(R"({"id":"q","result":{}})");
  session_.link_lost(now_);
  at_service();
  connect("e1", true, 2);
  EXPECT_THAT(at_service(), ElementsAre(R"(M 3 {"id":"q","result":{}})"));
  session_.link_lost(now_);
  connect("e2");
  EXPECT_THAT(at_service(), ElementsAre("M 1 " + kInitialize, "M 2 " + kInitialized));
}

TEST_F(LinkSessionTest, AnswersGarbageItselfAndGoesOn) {
  connect("e1");
  client_says("garbage");
  client_says(R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])");
  client_says(R"({"id":3})");
  session_.line_too_long("", now_);
  session_.line_too_long("4", now_);
  client_says(call(1));
  EXPECT_THAT(at_client(), ElementsAre(HasSubstr(R"("id":null,"error":{"code":-32700)"),
                                       HasSubstr(R"("id":null,"error":{"code":-32600)"),
                                       HasSubstr(R"("id":3,"error":{"code":-32600)"),
                                       HasSubstr(R"("id":null,"error":{"code":-32600)"),
                                       HasSubstr(R"("id":4,"error":{"code":-32600)")));
  EXPECT_THAT(at_service(), ElementsAre("M 1 " + call(1)));
  service_says("not json");
  EXPECT_THAT(at_client(), IsEmpty());
}

TEST_F(LinkSessionTest, AnswersCallsWithAnErrorWhenNoServiceComesInTime) {
  shake_hands();
  client_says(call(1));
  client_says(call(2));
  service_acknowledges(3);
  now_ += milliseconds(10'000);
  session_.link_lost(now_);
  EXPECT_EQ(session_.next_expiry(), now_ + milliseconds(60'000));
  session_.expire(now_ + milliseconds(60'000), "nothing listens");
  EXPECT_THAT(at_client(), ElementsAre(AllOf(HasSubstr(R"("id":1,"error":{"code":-32603)"),
                                             HasSubstr("nothing listens; the call had reached it")),
                                       AllOf(HasSubstr(R"("id":2,"error":{"code":-32603)"),
                                             HasSubstr("nothing listens\""))));
  EXPECT_EQ(session_.next_expiry(), std::nullopt);
  // The pipe stays usable and the late answer is dropped.
  client_says(call(3));
  connect("e1", true, 3);
  EXPECT_THAT(at_service(), ElementsAre("M 5 " + call(3)));
  service_says(result(1));
  service_says(result(3));
  EXPECT_THAT(at_client(), ElementsAre(result(3)));
}

TEST_F(LinkSessionTest, AServiceThatSendsItAwayIsLeftAloneUntilTheClientStartsAnew) {
  shake_hands();
  client_says(call(1));
  ASSERT_TRUE(receive("X {\"reason\":\"killed by root\",\"reconnect\":false}\n"));
  EXPECT_FALSE(session_.wants_link());
  EXPECT_THAT(at_client(), ElementsAre(AllOf(HasSubstr(R"("id":1,"error":{"code":-32603)"),
                                             HasSubstr("killed by root"))));
  session_.link_lost(now_);
  client_says(call(2));
  client_says(kInitialized);
  EXPECT_THAT(at_client(), ElementsAre(HasSubstr("killed by root")));
  EXPECT_FALSE(session_.wants_link());
  client_says(kInitialize);
  EXPECT_TRUE(session_.wants_link());
  connect("e1", false);
  EXPECT_THAT(at_service(), ElementsAre("M 4 " + kInitialize))
      << "numbers never repeat: the service keys calls by them";
}

TEST_F(LinkSessionTest, ComesBackAfterAGoodbyeThatAllowsIt) {
  shake_hands();
  client_says(call(1));
  ASSERT_TRUE(receive("X {\"reason\":\"stopping\",\"reconnect\":true}\n"));
  EXPECT_TRUE(session_.wants_link());
  EXPECT_THAT(at_client(), IsEmpty());
}

TEST_F(LinkSessionTest, RefusesALinkThatBreaksTheProtocol) {
  session_.link_opened();
  EXPECT_FALSE(receive("M 1 {}\n")) << "hello must be first";
  session_.link_lost(now_);
  session_.link_opened();
  EXPECT_FALSE(receive(R"(H {"version":"1","epoch":"e","received":0,"resumed":true})"
                       "\n"))
      << "no epoch to resume is known";
  session_.link_lost(now_);
  connect("e1");
  EXPECT_FALSE(receive("A 1\n")) << "nothing was sent";
  EXPECT_FALSE(receive("H {\"version\":\"1\"}\n")) << "only one hello";
}

}  // namespace
}  // namespace berth::bridge
