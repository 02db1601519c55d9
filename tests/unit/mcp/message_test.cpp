#include "service/mcp/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::mcp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

int refused_with(std::string_view text) {
  const auto message = parse_message(text);
  return message ? 0 : message.error().error.code;
}

TEST(Message, TellsTheFourKindsApart) {
  EXPECT_EQ(parse_message(R"({"jsonrpc":"2.0","id":1,"method":"ping"})")->kind,
            MessageKind::request);
  EXPECT_EQ(parse_message(R"({"jsonrpc":"2.0","method":"notifications/initialized"})")->kind,
            MessageKind::notification);
  EXPECT_EQ(parse_message(R"({"jsonrpc":"2.0","id":1,"result":{}})")->kind, MessageKind::result);
  EXPECT_EQ(parse_message(R"({"jsonrpc":"2.0","error":{"code":1,"message":""}})")->kind,
            MessageKind::error);
}

TEST(Message, KeepsIdsOfDifferentTypesApartAndAsTheyCame) {
  const auto number = parse_message(R"({"jsonrpc":"2.0","id":1,"method":"m"})");
  const auto string = parse_message(R"({"jsonrpc":"2.0","id":"1","method":"m"})");
  const auto escaped = parse_message(R"({"jsonrpc":"2.0","id":"\u0031","method":"m"})");
  EXPECT_FALSE(*number->id == *string->id);
  EXPECT_TRUE(*escaped->id == *string->id);
  EXPECT_EQ(escaped->id->raw, R"("\u0031")");
  const auto big = parse_message(R"({"jsonrpc":"2.0","id":18446744073709551617,"method":"m"})");
  EXPECT_EQ(encode_result(*big->id, "{}"),
            R"({"jsonrpc":"2.0","id":18446744073709551617,"result":{}})");
}

TEST(Message, RefusesWhatIsNotJson) {
  for (const char* text : {"", "nonsense", "{", R"({"jsonrpc":"2.0","id":1,"method":"ping"} x)",
                           "{\"a\":\"\xff\"}", "[1,", "{\"jsonrpc\":\"2.0\",}", "nul"}) {
    EXPECT_EQ(refused_with(text), kParseError) << text;
  }
  const std::string deep = R"({"a":)" + std::string(100, '[') + std::string(100, ']') + "}";
  EXPECT_EQ(refused_with(deep), kParseError);
}

TEST(Message, RefusesJsonThatIsNoMessage) {
  for (const char* text :
       {"5", "null", "[]", "{}", R"({"id":1,"method":"ping"})",
        R"({"jsonrpc":"1.0","id":1,"method":"ping"})", R"({"jsonrpc":"2.0","id":1})",
        R"({"jsonrpc":"2.0","id":null,"method":"ping"})",
        R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})",
        R"({"jsonrpc":"2.0","id":{},"method":"ping"})", R"({"jsonrpc":"2.0","id":1,"method":5})",
        R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[1]})",
        R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})", R"({"jsonrpc":"2.0","result":{}})"}) {
    EXPECT_EQ(refused_with(text), kInvalidRequest) << text;
  }
  for (const char* params : {R"({"_meta":1})", R"({"name":"a","name":"b"})",
                             R"({"_meta":{"progressToken":1,"progressToken":2}})"}) {
    EXPECT_EQ(refused_with(std::string(R"({"jsonrpc":"2.0","id":1,"method":"m","params":)") +
                           params + "}"),
              kInvalidParams)
        << params;
  }
}

TEST(Message, ARefusalNamesTheIdIfItCouldBeRead) {
  const auto message = parse_message(R"({"jsonrpc":"2.0","id":"a","method":"ping","params":1})");
  ASSERT_FALSE(message);
  EXPECT_EQ(encode_error(message.error().id, message.error().error),
            R"({"jsonrpc":"2.0","id":"a","error":{"code":-32600,)"
            R"("message":"params must be an object"}})");
  EXPECT_EQ(encode_error(std::nullopt, {kParseError, "Parse error", {}}),
            R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"}})");
}

TEST(Message, ARefusedNumberIsEchoedAsTheId) {
  for (const std::string id : {"1.5", "1e3", "-0.0"}) {
    const auto message = parse_message(R"({"jsonrpc":"2.0","method":"ping","id":)" + id + "}");
    ASSERT_FALSE(message) << id;
    EXPECT_EQ(encode_error(message.error().id, message.error().error),
              R"({"jsonrpc":"2.0","id":)" + id +
                  R"(,"error":{"code":-32600,"message":"id must be a string or an integer"}})");
  }
  EXPECT_FALSE(parse_message(R"({"jsonrpc":"2.0","method":"ping","id":null})").error().id);
}

TEST(Message, ParamsPassByteForByte) {
  const auto message = parse_message(
      R"({"jsonrpc":"2.0","id":1,"method":"m","params":{ "n" : 1.0 , "big":18446744073709551616}})");
  EXPECT_EQ(message->params->find("n")->raw, "1.0");
  EXPECT_EQ(message->params->find("big")->raw, "18446744073709551616");
}

TEST(Message, SplitsABatchWithoutBeingFooledByStrings) {
  EXPECT_THAT(*split_batch(R"([{"a":"],[\"},{"},{"b":[1,[2,3]]} , 5])"),
              ElementsAre(R"({"a":"],[\"},{"})", R"({"b":[1,[2,3]]})", "5"));
  EXPECT_THAT(*split_batch("[ ]"), ElementsAre());
  EXPECT_EQ(split_batch("[1,]").error().code, kParseError);
}

}  // namespace
}  // namespace berth::mcp
