#include "service/bridge/rpc_message.h"

#include <gtest/gtest.h>

#include "service/core/json_scan.h"

namespace berth::bridge {
namespace {

TEST(RpcMessage, TellsTheKindsApartAndKeepsIdsAsWritten) {
  const auto request =
      read_message(R"({"jsonrpc":"2.0","id": 1.0 ,"method":"a","params":{"x":1}})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->kind, RpcKind::request);
  EXPECT_EQ(request->id, "1.0");
  EXPECT_EQ(request->method, "a");
  EXPECT_EQ(request->params, R"({"x":1})");

  const auto notification = read_message(R"({"method":"n\u0061"})");
  ASSERT_TRUE(notification);
  EXPECT_EQ(notification->kind, RpcKind::notification);
  EXPECT_EQ(notification->method, "na");

  const auto result = read_message(R"({"id":"1","result":{}})");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->kind, RpcKind::response);
  EXPECT_EQ(result->id, "\"1\"");
  EXPECT_FALSE(result->failed);

  const auto error = read_message(R"({"id":null,"error":{}})");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, RpcKind::response);
  EXPECT_TRUE(error->failed);
}

TEST(RpcMessage, RefusesWithTheCodeAndIdThatTheClientNeeds) {
  const auto refusal = [](std::string_view json) {
    const auto message = read_message(json);
    return message ? RpcRefusal{0, "accepted", {}} : message.error();
  };
  EXPECT_EQ(refusal("garbage").code, kParseError);
  EXPECT_EQ(refusal("{\"id\":1").code, kParseError);
  EXPECT_EQ(refusal("\xff").code, kParseError);
  EXPECT_EQ(refusal(R"([{"jsonrpc":"2.0","id":1,"method":"a"}])").code, kInvalidRequest);
  EXPECT_EQ(refusal(R"({"id":null,"method":"a"})").code, kInvalidRequest);
  EXPECT_EQ(refusal(R"({"id":{},"method":"a"})").code, kInvalidRequest);
  EXPECT_EQ(refusal(R"({"id":7})").code, kInvalidRequest);
  EXPECT_EQ(refusal(R"({"id":7})").id, "7");
  EXPECT_EQ(refusal(R"({"id":"x","method":5})").id, "\"x\"");
}

TEST(RpcMessage, FindsMembersBelow) {
  constexpr std::string_view kParams = R"({"_meta":{"a/b":"c"},"n":[1, 2]})";
  EXPECT_EQ(member_below(kParams, {"_meta", "a/b"}), "\"c\"");
  EXPECT_EQ(member_below(kParams, {"n"}), "[1, 2]");
  EXPECT_EQ(member_below(kParams, {"n", "a"}), "");
  EXPECT_EQ(member_below(kParams, {"x"}), "");
  EXPECT_EQ(member_below("", {"x"}), "");
}

TEST(RpcMessage, WritesValidMessages) {
  EXPECT_EQ(error_response("\"a\"", kInternalError, "no \"service\""),
            R"({"jsonrpc":"2.0","id":"a","error":{"code":-32603,"message":"no \"service\""}})");
  EXPECT_EQ(error_response({}, kParseError, "x"),
            R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}})");
  EXPECT_EQ(cancelled_notification("5", "gone"),
            R"({"jsonrpc":"2.0","method":"notifications/cancelled",)"
            R"("params":{"requestId":5,"reason":"gone"}})");
}

}  // namespace
}  // namespace berth::bridge
