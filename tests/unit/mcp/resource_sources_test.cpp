#include "service/mcp/resource_sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::mcp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Two resources on two pages, or none.
class Source final : public core::Resources {
 public:
  explicit Source(std::string scheme, bool empty = false)
      : scheme_(std::move(scheme)), empty_(empty) {}

  void list(const core::Caller&, std::string cursor,
            Done<core::Page<core::ResourceInfo>> done) override {
    core::Page<core::ResourceInfo> page;
    if (!empty_) {
      page.items.push_back({scheme_ + "://" + (cursor.empty() ? "1" : cursor), "", "", ""});
      if (cursor.empty()) page.next_cursor = "2";
    }
    done(std::move(page));
  }
  std::vector<core::ResourceInfo> templates() const override {
    return {{scheme_ + "://{id}", "", "", ""}};
  }
  void complete(const core::Caller&, const std::string& uri, const std::string&, const std::string&,
                Done<core::Completion> done) override {
    done(core::Completion{{scheme_ + " completes " + uri}, false});
  }
  void read(const core::Caller&, const std::string& uri,
            Done<core::ResourceContents> done) override {
    done(core::ResourceContents{uri, "text/plain", scheme_});
  }
  void watch(const core::Caller&, const std::string&, std::function<void()>,
             Done<std::shared_ptr<void>> done) override {
    done(std::make_shared<int>());
  }

 private:
  std::string scheme_;
  bool empty_;
};

class ResourceSourcesTest : public testing::Test {
 protected:
  ResourceSourcesTest() {
    all_.add("a", a_);
    all_.add("none", none_);
    all_.add("b", b_);
  }

  Source a_{"a"};
  Source none_{"none", true};
  Source b_{"b"};
  ResourceSources all_;
};

TEST_F(ResourceSourcesTest, ListsOneSourceAfterTheOther) {
  std::vector<std::string> uris;
  std::string cursor;
  do {
    all_.list({}, cursor, [&](const core::Result<core::Page<core::ResourceInfo>>& page) {
      ASSERT_TRUE(page);
      for (const auto& item : page->items) uris.push_back(item.uri);
      cursor = page->next_cursor;
    });
  } while (!cursor.empty() && uris.size() < 10);
  EXPECT_THAT(uris, ElementsAre("a://1", "a://2", "b://1", "b://2"));
  EXPECT_EQ(all_.templates().size(), 3U);
}

TEST_F(ResourceSourcesTest, RefusesCursorsThatItDidNotGive) {
  for (const std::string cursor : {"x", "3:", "-1:", "0", ":"}) {
    all_.list({}, cursor, [&](const core::Result<core::Page<core::ResourceInfo>>& page) {
      ASSERT_FALSE(page) << cursor;
      EXPECT_EQ(page.error().code, core::ErrorCode::invalid_argument);
    });
  }
}

TEST_F(ResourceSourcesTest, AsksTheSourceOfTheScheme) {
  all_.read({}, "b://x", [](const core::Result<core::ResourceContents>& contents) {
    ASSERT_TRUE(contents);
    EXPECT_EQ(std::get<std::string>(contents->body), "b");
  });
  all_.complete({}, "a://{id}", "id", "", [](const core::Result<core::Completion>& completion) {
    ASSERT_TRUE(completion);
    EXPECT_THAT(completion->values, ElementsAre("a completes a://{id}"));
  });
  all_.watch({}, "b://x", {}, [](const auto& handle) { EXPECT_TRUE(handle); });
  const auto unknown = [](const auto& answer) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, core::ErrorCode::not_found);
  };
  all_.read({}, "c://x", unknown);
  all_.watch({}, "c", {}, unknown);
  all_.complete({}, "", "id", "", unknown);
}

}  // namespace
}  // namespace berth::mcp
