#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/mcp/peer_fixture.h"

namespace berth::mcp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// Notes that change when the test says so. Watches are handed out at once, or when the test says.
class Notes final : public core::Resources {
 public:
  struct Watch {
    std::string uri;
    std::function<void()> changed;
  };

  void list(const core::Caller&, std::string cursor,
            Done<core::Page<core::ResourceInfo>> done) override {
    if (cursor == "bad") return done(core::fail(core::ErrorCode::invalid_argument, "no cursor"));
    core::Page<core::ResourceInfo> page;
    page.items.push_back({"note://a", "A", "The first", "text/plain"});
    if (cursor.empty()) page.next_cursor = "2";
    done(std::move(page));
  }
  std::vector<core::ResourceInfo> templates() const override {
    return {{"note://{name}", "Note", "", "text/plain"}};
  }
  void complete(const core::Caller&, const std::string& uri_template, const std::string& argument,
                const std::string& value, Done<core::Completion> done) override {
    if (uri_template != "note://{name}" || argument != "name") {
      return done(core::fail(core::ErrorCode::not_found, "no such template"));
    }
    core::Completion completion;
    for (int i = 0; i < 150; ++i) completion.values.push_back(value + std::to_string(i));
    done(std::move(completion));
  }
  void read(const core::Caller& caller, const std::string& uri,
            Done<core::ResourceContents> done) override {
    scope = caller.identity.scope;
    if (!exists(uri)) return done(core::fail(core::ErrorCode::not_found, "no note"));
    done(core::ResourceContents{uri, "text/plain", "text of " + uri});
  }
  void watch(const core::Caller&, const std::string& uri, std::function<void()> changed,
             Done<std::shared_ptr<void>> done) override {
    auto answer = [this, uri, changed = std::move(changed), done = std::move(done)] {
      if (!exists(uri)) return done(core::fail(core::ErrorCode::not_found, "no note"));
      const auto watch = std::make_shared<Watch>(Watch{uri, changed});
      watches.push_back(watch);
      done(watch);
    };
    if (hold) {
      held.push_back(std::move(answer));
    } else {
      answer();
    }
  }

  void change(const std::string& uri) {
    const auto all = watches;
    for (const auto& weak : all) {
      const auto watch = weak.lock();
      if (watch && watch->uri == uri) watch->changed();
    }
  }
  std::size_t watched() {
    return static_cast<std::size_t>(
        std::ranges::count_if(watches, [](const auto& weak) { return !weak.expired(); }));
  }

  static bool exists(const std::string& uri) { return uri.starts_with("note://"); }

  std::vector<std::weak_ptr<Watch>> watches;
  std::vector<std::function<void()>> held;
  bool hold = false;
  core::Scope scope = core::Scope::admin;
};

class ResourcesTest : public PeerTest {
 protected:
  ResourcesTest() {
    peer_ = std::make_unique<Peer>(with_notes_);
    collect();
  }

  void collect() {
    peer_->on_notification([this](Outgoing outgoing) {
      EXPECT_TRUE(outgoing.idempotent);
      unasked_.push_back(outgoing.text);
    });
  }
  std::string subscribe(const std::string& id, const std::string& uri) {
    return ask(plain(id, "resources/subscribe", R"({"uri":")" + uri + "\"}"));
  }
  static std::string listen(const std::string& id, const std::string& filter) {
    return modern(id, "subscriptions/listen", R"("notifications":)" + filter);
  }

  Notes notes_;
  Server with_notes_{{.version = "1.2.3"}, tools_, clock_, sign_for_tests, 100, &notes_};
  std::vector<std::string> unasked_;
};

TEST_F(ResourcesTest, AreAnnouncedWhereThereAreSome) {
  const std::string offer = R"("resources":{"subscribe":true})";
  EXPECT_THAT(ask(modern("1", "server/discover")), HasSubstr(offer));
  EXPECT_THAT(ask(plain("2", "initialize", R"({"protocolVersion":"2024-11-05"})")),
              HasSubstr(offer));
  peer_ = std::make_unique<Peer>(server_);
  EXPECT_THAT(ask(modern("1", "server/discover")), Not(HasSubstr("resources")));
  for (const std::string method : {"resources/list", "resources/read", "subscriptions/listen"}) {
    EXPECT_EQ(error_code(ask(modern("3", method))), kMethodNotFound) << method;
  }
}

TEST_F(ResourcesTest, TheirTemplatesAreCompleted) {
  const auto complete = [&](const std::string& id, const std::string& uri) {
    return ask(modern(id, "completion/complete",
                      R"("ref":{"type":"ref/resource","uri":")" + uri +
                          R"("},"argument":{"name":"name","value":"n"})"));
  };
  const auto answer = parse(complete("1", "note://{name}"));
  EXPECT_EQ(answer["result"]["completion"]["values"].Size(), 100U);  // and not all 150
  EXPECT_TRUE(answer["result"]["completion"]["hasMore"].GetBool());
  EXPECT_EQ(error_code(complete("2", "other://{name}")), kInvalidParams);
}

TEST_F(ResourcesTest, AreListedAndReadInTheModernEra) {
  const auto list = parse(ask(modern("1", "resources/list")));
  const auto& result = list["result"];
  EXPECT_STREQ(result["resultType"].GetString(), "complete");
  EXPECT_STREQ(result["nextCursor"].GetString(), "2");
  EXPECT_EQ(result["ttlMs"].GetInt(), 0);
  EXPECT_STREQ(result["cacheScope"].GetString(), "private");
  EXPECT_STREQ(result["resources"][0]["uri"].GetString(), "note://a");
  EXPECT_STREQ(result["resources"][0]["mimeType"].GetString(), "text/plain");
  const auto last = parse(ask(modern("2", "resources/list", R"("cursor":"2")")));
  EXPECT_FALSE(last["result"].HasMember("nextCursor"));
  EXPECT_EQ(error_code(ask(modern("3", "resources/list", R"("cursor":"bad")"))), kInvalidParams);
  EXPECT_EQ(error_code(ask(modern("4", "resources/list", R"("cursor":7)"))), kInvalidParams);

  const auto templates = parse(ask(modern("5", "resources/templates/list")));
  EXPECT_STREQ(templates["result"]["resourceTemplates"][0]["uriTemplate"].GetString(),
               "note://{name}");
  EXPECT_TRUE(templates["result"].HasMember("ttlMs"));
  EXPECT_EQ(error_code(ask(modern("5", "resources/templates/list", R"("cursor":"2")"))),
            kInvalidParams);

  const auto read = parse(ask(modern("6", "resources/read", R"("uri":"note://b")")));
  EXPECT_STREQ(read["result"]["contents"][0]["text"].GetString(), "text of note://b");
  EXPECT_EQ(read["result"]["ttlMs"].GetInt(), 0);
  EXPECT_EQ(notes_.scope, core::Scope::client) << "an agent sees its own, whoever its user is";
}

TEST_F(ResourcesTest, AreReadWithoutModernMembersAfterAHandshake) {
  shake_hands("2025-06-18");
  const std::string read = ask(plain("1", "resources/read", R"({"uri":"note://b"})"));
  EXPECT_EQ(read, R"({"jsonrpc":"2.0","id":1,"result":{"contents":[{"uri":"note://b",)"
                  R"("mimeType":"text/plain","text":"text of note://b"}]}})");
}

TEST_F(ResourcesTest, MissingOnesAreToldInTheWordsOfTheRevision) {
  const auto modern_error = parse(ask(modern("1", "resources/read", R"("uri":"x://y")")));
  EXPECT_EQ(modern_error["error"]["code"].GetInt(), kInvalidParams);
  EXPECT_STREQ(modern_error["error"]["data"]["uri"].GetString(), "x://y");
  EXPECT_EQ(error_code(ask(modern("2", "resources/read"))), kInvalidParams);
  shake_hands("2025-11-25");
  EXPECT_EQ(error_code(ask(plain("1", "resources/read", R"({"uri":"x://y"})"))), kResourceNotFound);
  EXPECT_EQ(error_code(subscribe("2", "x://y")), kResourceNotFound);
}

TEST_F(ResourcesTest, SubscriptionsTellUntilTheyEnd) {
  shake_hands("2025-11-25");
  EXPECT_THAT(subscribe("1", "note://a"), HasSubstr(R"("result":{})"));
  EXPECT_THAT(subscribe("2", "note://a"), HasSubstr(R"("result":{})"));
  EXPECT_THAT(subscribe("3", "note://b"), HasSubstr(R"("result":{})"));
  EXPECT_EQ(notes_.watched(), 2U) << "the same one once";
  notes_.change("note://a");
  notes_.change("note://c");
  EXPECT_THAT(unasked_,
              ElementsAre(R"({"jsonrpc":"2.0","method":"notifications/resources/updated",)"
                          R"("params":{"uri":"note://a"}})"));
  ask(plain("4", "resources/unsubscribe", R"({"uri":"note://a"})"));
  EXPECT_THAT(ask(plain("5", "resources/unsubscribe", R"({"uri":"note://never"})")),
              HasSubstr(R"("result":{})"));
  EXPECT_EQ(notes_.watched(), 1U);
  notes_.change("note://a");
  EXPECT_THAT(unasked_, SizeIs(1));
  peer_->repeat_notifications();
  EXPECT_THAT(unasked_.back(), HasSubstr("note://b"));
  EXPECT_THAT(unasked_, SizeIs(2));
  peer_.reset();
  EXPECT_EQ(notes_.watched(), 0U);
}

TEST_F(ResourcesTest, AnotherHandshakeBeginsWithoutSubscriptions) {
  shake_hands("2025-11-25");
  subscribe("1", "note://a");
  shake_hands("2025-11-25");
  EXPECT_EQ(notes_.watched(), 0U);
}

TEST_F(ResourcesTest, EndedBeforeTheyWereSetUpSubscriptionsLeaveNothing) {
  shake_hands("2025-11-25");
  notes_.hold = true;
  EXPECT_EQ(subscribe("1", "note://a"), "");
  ask(plain("2", "resources/unsubscribe", R"({"uri":"note://a"})"));
  notes_.held.at(0)();
  EXPECT_EQ(notes_.watched(), 0U);
  EXPECT_THAT(sent_.back(), HasSubstr(R"("id":1,"result":{})"));
  subscribe("3", "note://b");
  peer_.reset();
  notes_.held.at(1)();
  EXPECT_EQ(notes_.watched(), 0U);
}

TEST_F(ResourcesTest, ListeningIsAcknowledgedFirstAndNamesItsRequest) {
  notes_.hold = true;
  send(listen(R"("l")", R"({"toolsListChanged":true,"resourceSubscriptions":)"
                        R"(["note://a","x://y","note://b","note://a"]})"));
  EXPECT_THAT(sent_, IsEmpty());
  ASSERT_THAT(notes_.held, SizeIs(3));
  notes_.held[0]();
  notes_.held[1]();
  notes_.change("note://a");
  EXPECT_THAT(sent_, IsEmpty()) << "nothing goes before the acknowledgement";
  notes_.held[2]();
  const std::string meta = R"({"_meta":{"io.modelcontextprotocol/subscriptionId":"l"},)";
  EXPECT_THAT(
      sent_,
      ElementsAre(
          R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":)" +
              meta + R"("notifications":{"resourceSubscriptions":["note://a","note://b"]}}})",
          R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":)" + meta +
              R"("uri":"note://a"}})"));
  EXPECT_TRUE(last_.idempotent);
  notes_.change("note://b");
  EXPECT_THAT(sent_, SizeIs(3));
  send(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"l"}})");
  EXPECT_EQ(notes_.watched(), 0U);
  EXPECT_THAT(sent_, SizeIs(3)) << "a cancelled request has no response";
}

TEST_F(ResourcesTest, ListeningToNothingThatIsOfferedStaysOpen) {
  const std::string acknowledged = ask(listen("1", R"({"promptsListChanged":true})"));
  EXPECT_THAT(acknowledged, HasSubstr(R"("notifications":{}}})"));
  EXPECT_EQ(peer_->in_flight(), 1U);
}

TEST_F(ResourcesTest, AnEndedListeningSaysSo) {
  send(listen("5", R"({"resourceSubscriptions":["note://a"]})"));
  peer_->end_listening();
  EXPECT_EQ(last_.kind, Outgoing::Kind::response);
  const auto response = parse(sent_.back());
  EXPECT_EQ(response["id"].GetInt(), 5);
  EXPECT_STREQ(response["result"]["resultType"].GetString(), "complete");
  EXPECT_EQ(response["result"]["_meta"]["io.modelcontextprotocol/subscriptionId"].GetInt(), 5);
  EXPECT_EQ(notes_.watched(), 0U);
  EXPECT_EQ(peer_->in_flight(), 0U);
}

TEST_F(ResourcesTest, ListeningNeedsAFilter) {
  EXPECT_EQ(error_code(ask(modern("1", "subscriptions/listen"))), kInvalidParams);
  for (const std::string filter :
       {"[]", R"({"resourceSubscriptions":"note://a"})", R"({"resourceSubscriptions":[1]})"}) {
    EXPECT_EQ(error_code(ask(listen("2", filter))), kInvalidParams) << filter;
  }
  EXPECT_EQ(peer_->in_flight(), 0U);
}

TEST_F(ResourcesTest, EachEraHasItsOwnWayToWatch) {
  EXPECT_EQ(error_code(ask(modern("1", "resources/subscribe", R"("uri":"note://a")"))),
            kMethodNotFound);
  shake_hands("2025-11-25");
  EXPECT_EQ(error_code(ask(plain("1", "subscriptions/listen", R"({"notifications":{}})"))),
            kMethodNotFound);
}

TEST_F(ResourcesTest, WatchesOfOneClientAreBounded) {
  std::string uris;
  for (std::size_t i = 1; i < WatchBudget::kMax; ++i) {
    uris += (i == 1 ? "\"note://" : ",\"note://") + std::to_string(i) + "\"";
  }
  send(listen("1", R"({"resourceSubscriptions":[)" + uris + "]}"));
  EXPECT_EQ(notes_.watched(), WatchBudget::kMax - 1);
  shake_hands("2025-11-25");
  EXPECT_THAT(subscribe("2", "note://a"), HasSubstr("result"));
  const std::string refused = subscribe("3", "note://b");
  EXPECT_EQ(error_code(refused), kInternalError);
  EXPECT_THAT(refused, HasSubstr("at most 1000 resources"));
  EXPECT_THAT(refused, HasSubstr(R"("code":"limit_exceeded")"));
  EXPECT_THAT(ask(listen("4", R"({"resourceSubscriptions":["note://b"]})")),
              HasSubstr("limit_exceeded"));
  ask(plain("5", "resources/unsubscribe", R"({"uri":"note://a"})"));
  EXPECT_THAT(subscribe("6", "note://b"), HasSubstr("result"));
}

TEST_F(ResourcesTest, AReplyMayDestroyThePeer) {
  peer_->receive(listen("1", R"({"resourceSubscriptions":["note://a"]})"), caller_,
                 [this](const Outgoing&) { peer_.reset(); });
  EXPECT_EQ(peer_, nullptr);
  EXPECT_EQ(notes_.watched(), 0U);
}

}  // namespace
}  // namespace berth::mcp
