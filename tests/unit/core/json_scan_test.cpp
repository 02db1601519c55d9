#include "service/core/json_scan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "service/core/json.h"

namespace berth::core {
namespace {

TEST(ScanObject, SlicesEveryKindByteForByte) {
  const std::string text =
      R"( { "n":null,"t" : true ,"i":18446744073709551616,"d":1.0,"s":"a\u00e4\"b","a":[1, 2 ,{}], "o":{"x":[]} } )";
  const auto object = scan_object(text);
  ASSERT_TRUE(object) << object.error().message;
  const auto raw = [&](std::string_view key) { return std::string(object->find(key)->raw); };
  EXPECT_EQ(raw("n"), "null");
  EXPECT_EQ(raw("t"), "true");
  EXPECT_EQ(raw("i"), "18446744073709551616");
  EXPECT_EQ(raw("d"), "1.0");
  EXPECT_EQ(raw("s"), R"("a\u00e4\"b")");
  EXPECT_EQ(raw("a"), "[1, 2 ,{}]");
  EXPECT_EQ(raw("o"), R"({"x":[]})");
  EXPECT_EQ(object->string("s"), "a\u00e4\"b");
  EXPECT_FALSE(object->string("i"));
  EXPECT_TRUE(object->object("o")->has("x"));
}

TEST(ScanObject, FindsItsWayThroughColonsInKeysAndStrings) {
  const auto object = scan_object(R"({"a:b":"c:d","e":":"})");
  ASSERT_TRUE(object);
  EXPECT_EQ(object->string("a:b"), "c:d");
  EXPECT_EQ(object->string("e"), ":");
}

TEST(ScanObject, RefusesWhatIsNotExactlyOneObject) {
  for (const char* text : {"", "[]", "1", "\"x\"", "{", "{}x", "{} {}", "{\"a\":nulll}",
                           "{\"a\":01}", "{\"a\":1,}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\xFF\"}",
                           "{\"a\":'b'}", "{a:1}", "{\"a\":NaN}", "{\"a\":\"\n\"}"}) {
    EXPECT_FALSE(scan_object(text)) << text;
  }
}

TEST(ScanObject, RefusesHalfASurrogatePair) {
  for (const char* text :
       {R"({"a":"\ud800"})", R"({"a":"\udc00"})", R"({"a":["x","\udc00\ud800"]})",
        R"({"\udfff":1})", R"({"a":{"\udfff":1}})", R"({"a":"\ud800\u0041"})"}) {
    EXPECT_FALSE(scan_object(text)) << text;
    EXPECT_FALSE(parse_json(text)) << text;
  }
  EXPECT_TRUE(scan_object(R"({"a":"\ud83d\ude00"})"));
  EXPECT_TRUE(parse_json(R"({"a":"\ud83d\ude00"})"));
}

TEST(ParseJson, RefusesNumbersThatNoDoubleHolds) {
  for (const char* text : {"1e999", "[-1e999]", "181844600000000244600000000213644031216340e296"}) {
    EXPECT_FALSE(parse_json(text)) << text;
  }
}

TEST(ScanObject, ANulEndsNothing) {
  using namespace std::string_literals;
  for (const std::string& text : {"{}\0"s, "{}\0x"s, "{\"a\":1}\0{}"s, "{\"a\":1\0}"s, "\0{}"s}) {
    EXPECT_FALSE(scan_object(text)) << testing::PrintToString(text);
    EXPECT_FALSE(parse_json(text)) << testing::PrintToString(text);
  }
}

TEST(ScanObject, RefusesAMemberThatStandsTwiceAmongMany) {
  std::string members;
  for (int i = 0; i < 200'000; ++i) members += fmt::format("\"{}\":0,", i);
  EXPECT_TRUE(scan_object("{" + members + R"("last":0})"));
  const auto twice = scan_object("{" + members + R"("77":0})");
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().message.find("\"77\""), std::string::npos) << twice.error().message;
}

TEST(ScanObject, RefusesAMemberThatStandsTwice) {
  const auto object = scan_object(R"({"a":1,"b":2,"a":3})");
  ASSERT_FALSE(object);
  EXPECT_NE(object.error().message.find("\"a\""), std::string::npos);
}

TEST(ScanObject, BoundsDepth) {
  const auto nested = [](std::size_t levels) {
    return "{\"a\":" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
  };
  EXPECT_TRUE(scan_object(nested(kMaxJsonDepth)));
  EXPECT_FALSE(scan_object(nested(kMaxJsonDepth + 1)));
  EXPECT_FALSE(scan_object(nested(1'000'000)));
  EXPECT_FALSE(parse_json(nested(1'000'000)));
}

TEST(JsonWriter, WritesWhatScanReads) {
  JsonWriter json;
  json.begin_object()
      .member("text", std::string_view("a\"\n\0b", 5))
      .member("number", std::int64_t{-9'223'372'036'854'775'807})
      .member("flag", true)
      .member("missing", std::optional<int>())
      .raw_member("raw", "{\"x\":1.0}")
      .end_object();
  const auto object = scan_object(json.view());
  ASSERT_TRUE(object) << json.view();
  EXPECT_EQ(object->string("text"), std::string("a\"\n\0b", 5));
  EXPECT_EQ(object->find("number")->raw, "-9223372036854775807");
  EXPECT_EQ(object->find("raw")->raw, "{\"x\":1.0}");
  EXPECT_FALSE(object->has("missing"));
}

}  // namespace
}  // namespace berth::core
