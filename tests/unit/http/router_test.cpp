#include "api/http/router.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace berth::http {
namespace {

using Segments = std::vector<std::string>;

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    add(Method::get, "/status");
    add(Method::get, "/admin/v1/jobs");
    add(Method::post, "/admin/v1/jobs");
    add(Method::get, "/admin/v1/jobs/{id}");
    add(Method::remove, "/admin/v1/jobs/{id}");
    add(Method::get, "/admin/v1/jobs/stats");
    add(Method::get, "/admin/v1/jobs/{id}/output");
    add(Method::post, "/admin/v1/upstreams/{name}/{action}");
    add(Method::get, "/ui/");
    add(Method::get, "/ui/{path*}");
    add(Method::options, "/custom");
  }

  void add(Method method, const std::string& pattern) { router.add(method, pattern, {}, nullptr); }

  std::string pattern_of(Method method, const Segments& segments) {
    const auto match = router.match(method, segments);
    if (!match) return std::to_string(match.error().status);
    return match->route == nullptr ? "allow " + match->allow : match->route->pattern;
  }

  Router router;
};

TEST_F(RouterTest, FindsLiteralsBeforeParameters) {
  EXPECT_EQ(pattern_of(Method::get, {"status"}), "/status");
  EXPECT_EQ(pattern_of(Method::get, {"admin", "v1", "jobs", "stats"}), "/admin/v1/jobs/stats");
  EXPECT_EQ(pattern_of(Method::get, {"admin", "v1", "jobs", "job_a"}), "/admin/v1/jobs/{id}");
  // A literal that leads nowhere does not hide the parameter beside it.
  EXPECT_EQ(pattern_of(Method::get, {"admin", "v1", "jobs", "stats", "output"}),
            "/admin/v1/jobs/{id}/output");
}

TEST_F(RouterTest, GivesParametersAsTheyWereDecoded) {
  const auto match = router.match(Method::post, {"admin", "v1", "upstreams", "a/b c", "restart"});
  ASSERT_TRUE(match);
  EXPECT_EQ(match->parameters, (PathParameters{{"name", "a/b c"}, {"action", "restart"}}));
}

TEST_F(RouterTest, GivesTheRestOfAPath) {
  EXPECT_EQ(pattern_of(Method::get, {"ui", ""}), "/ui/");
  const auto match = router.match(Method::get, {"ui", "assets", "app.js"});
  ASSERT_TRUE(match);
  EXPECT_EQ(match->parameters, (PathParameters{{"path", "assets/app.js"}}));
  EXPECT_EQ(pattern_of(Method::get, {"ui", "assets/../../etc"}), "404");
}

TEST_F(RouterTest, SaysNotFoundAndMethodNotAllowed) {
  EXPECT_EQ(pattern_of(Method::get, {"nothing"}), "404");
  EXPECT_EQ(pattern_of(Method::get, {"status", ""}), "404");
  EXPECT_EQ(pattern_of(Method::get, {"admin"}), "404");
  EXPECT_EQ(pattern_of(Method::get, {"admin", "v1", "jobs", ""}), "404");
  EXPECT_EQ(pattern_of(Method::get, {""}), "404");

  const auto match = router.match(Method::put, {"admin", "v1", "jobs", "job_a"});
  ASSERT_FALSE(match);
  EXPECT_EQ(match.error().status, 405);
  ASSERT_EQ(match.error().headers.size(), 1U);
  EXPECT_EQ(match.error().headers[0].name, "Allow");
  EXPECT_EQ(match.error().headers[0].value, "GET, HEAD, DELETE, OPTIONS");
}

TEST_F(RouterTest, AnswersHeadByGetAndOptionsByAllow) {
  EXPECT_EQ(pattern_of(Method::head, {"status"}), "/status");
  EXPECT_EQ(pattern_of(Method::head, {"admin", "v1", "upstreams", "a", "stop"}), "405");
  EXPECT_EQ(pattern_of(Method::options, {"status"}), "allow GET, HEAD, OPTIONS");
  EXPECT_EQ(pattern_of(Method::options, {"custom"}), "/custom");
  EXPECT_EQ(pattern_of(Method::options, {}), "allow GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
}

TEST_F(RouterTest, RefusesDefectiveTables) {
  EXPECT_THROW(add(Method::get, "/status"), std::logic_error);
  EXPECT_THROW(add(Method::get, "status"), std::logic_error);
  EXPECT_THROW(add(Method::put, "/admin/v1/jobs/{other}"), std::logic_error);
  EXPECT_THROW(add(Method::put, "/files/{path*}/x"), std::logic_error);
}

}  // namespace
}  // namespace berth::http
