#include "api/http/problem.h"

#include <gtest/gtest.h>

#include "service/core/json.h"

namespace berth::http {
namespace {

using core::ErrorCode;

std::string header(const Response& response, std::string_view name) {
  for (const auto& field : response.headers) {
    if (field.name == name) return field.value;
  }
  return {};
}

TEST(Problem, EveryCodeHasAnErrorStatusAndATitle) {
  // `internal` is the last: a code added after it must come before it in the enumeration.
  for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code) {
    const ProblemKind kind = problem_kind(static_cast<ErrorCode>(code));
    EXPECT_GE(kind.status, 400) << code;
    EXPECT_LE(kind.status, 599) << code;
    EXPECT_FALSE(kind.title.empty()) << code;
  }
  EXPECT_EQ(problem_kind(ErrorCode::invalid_argument).status, 400);
  EXPECT_EQ(problem_kind(ErrorCode::unauthenticated).status, 401);
  EXPECT_EQ(problem_kind(ErrorCode::permission_denied).status, 403);
  EXPECT_EQ(problem_kind(ErrorCode::not_found).status, 404);
  EXPECT_EQ(problem_kind(ErrorCode::conflict).status, 409);
  EXPECT_EQ(problem_kind(ErrorCode::precondition_failed).status, 412);
  EXPECT_EQ(problem_kind(ErrorCode::too_large).status, 413);
  EXPECT_EQ(problem_kind(ErrorCode::limit_exceeded).status, 429);
  EXPECT_EQ(problem_kind(ErrorCode::unavailable).status, 503);
  EXPECT_EQ(problem_kind(ErrorCode::deadline_exceeded).status, 504);
}

TEST(Problem, WritesTheDocument) {
  const auto id = core::CorrelationId::make();
  const Response response =
      problem({ErrorCode::invalid_argument, "limit must be positive", "limit", {}}, id);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(header(response, "Content-Type"), "application/problem+json");
  EXPECT_EQ(header(response, "Retry-After"), "");
  const auto json = core::parse_json(response.body);
  ASSERT_TRUE(json) << response.body;
  EXPECT_STREQ((*json)["type"].GetString(), "urn:berth:problem:invalid_argument");
  EXPECT_STREQ((*json)["title"].GetString(), "A value is not valid");
  EXPECT_EQ((*json)["status"].GetInt(), 400);
  EXPECT_STREQ((*json)["detail"].GetString(), "limit must be positive");
  EXPECT_STREQ((*json)["code"].GetString(), "invalid_argument");
  EXPECT_EQ((*json)["correlation_id"].GetString(), id.str());
  EXPECT_STREQ((*json)["field"].GetString(), "limit");
}

TEST(Problem, RoundsRetryAfterUp) {
  const Response response =
      problem({ErrorCode::limit_exceeded, "full", {}, std::chrono::milliseconds(1'001)}, {});
  EXPECT_EQ(header(response, "Retry-After"), "2");
  EXPECT_NE(response.body.find("\"retry_after_ms\":1001"), std::string::npos);
}

TEST(Problem, AStatusOfTheFrontIsSaidInBothPlaces) {
  const Response response = problem({ErrorCode::too_large, "head", {}, {}}, {}, 431);
  EXPECT_EQ(response.status, 431);
  EXPECT_NE(response.body.find("\"status\":431"), std::string::npos);
}

TEST(Problem, IsJsonWhateverTheMessageHolds) {
  const Response response = problem({ErrorCode::internal, "\xff\"\n\x01", "a\xffz", {}}, {});
  EXPECT_TRUE(core::parse_json(response.body)) << response.body;
}

}  // namespace
}  // namespace berth::http
