#include "service/mcp/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/core/json.h"

namespace berth::mcp {
namespace {

using testing::HasSubstr;

std::string problem(std::string_view schema, std::string_view value) {
  const auto loaded = Schema::load(schema);
  EXPECT_TRUE(loaded) << schema;
  const auto document = core::parse_json(value);
  EXPECT_TRUE(document) << value;
  const auto checked = loaded->check(*document, "arguments");
  return checked ? "" : checked.error().message;
}

constexpr std::string_view kObject = R"({
  "type":"object",
  "properties":{
    "command":{"type":"string","minLength":1,"maxLength":4},
    "timeout_ms":{"type":"integer","minimum":0,"maximum":100,"default":5},
    "ratio":{"type":"number"},
    "how":{"type":"string","enum":["interrupt","kill"]},
    "env":{"type":"object","additionalProperties":{"type":"string"}},
    "paths":{"type":"array","items":{"type":"string"}},
    "tty":{"type":"boolean"}},
  "required":["command"],
  "additionalProperties":false})";

TEST(Schema, AcceptsWhatFits) {
  EXPECT_EQ(problem(kObject, R"({"command":"ls"})"), "");
  EXPECT_EQ(problem(kObject, R"({"command":"ls","timeout_ms":0,"ratio":1,"how":"kill",
                                 "env":{"A":"b"},"paths":["x"],"tty":false})"),
            "");
  EXPECT_EQ(problem(kObject, R"({"command":"ls","timeout_ms":5.0})"), "");
  EXPECT_EQ(problem(kObject, "{\"command\":\"äöüß\"}"), "") << "length is counted in characters";
}

TEST(Schema, TheErrorNamesTheField) {
  EXPECT_EQ(problem(kObject, "{}"), "arguments.command is required");
  EXPECT_EQ(problem(kObject, R"({"command":5})"), "arguments.command must be a string");
  EXPECT_EQ(problem(kObject, R"({"command":""})"), "arguments.command must not be empty");
  EXPECT_EQ(problem(kObject, R"({"command":"12345"})"),
            "arguments.command must have at most 4 characters");
  EXPECT_EQ(problem(kObject, R"({"command":"ls","timeout_ms":-1})"),
            "arguments.timeout_ms must be >= 0");
  EXPECT_EQ(problem(kObject, R"({"command":"ls","timeout_ms":101})"),
            "arguments.timeout_ms must be <= 100");
  EXPECT_EQ(problem(kObject, R"({"command":"ls","timeout_ms":1.5})"),
            "arguments.timeout_ms must be an integer");
  EXPECT_EQ(problem(kObject, R"({"command":"ls","timeout_ms":1e300})"),
            "arguments.timeout_ms must be <= 100");
  EXPECT_EQ(problem(kObject, R"({"command":"ls","how":"stop"})"),
            R"(arguments.how must be one of "interrupt", "kill")");
  EXPECT_EQ(problem(kObject, R"({"command":"ls","env":{"A":1}})"),
            "arguments.env.A must be a string");
  EXPECT_EQ(problem(kObject, R"({"command":"ls","paths":["a",null]})"),
            "arguments.paths[1] must be a string");
  EXPECT_EQ(problem(kObject, R"({"command":"ls","tty":"yes"})"), "arguments.tty must be a boolean");
  EXPECT_THAT(problem(kObject, R"({"command":"ls","comand":"ls"})"),
              HasSubstr("arguments.comand is not known; known are: command, timeout_ms"));
  EXPECT_EQ(problem(kObject, "[]"), "arguments must be an object");
}

TEST(Schema, TheFieldIsAlsoThereForPrograms) {
  const auto schema = Schema::load(kObject);
  const auto document = core::parse_json(R"({"command":"ls","timeout_ms":-1})");
  EXPECT_EQ(schema->check(*document, "arguments").error().field, "arguments.timeout_ms");
}

TEST(Schema, RefusesWhatItCouldNotCheck) {
  for (const char* schema :
       {R"({"pattern":"x"})", R"({"oneOf":[]})", R"({"$ref":"x"})", R"({"format":"uri"})",
        R"({"type":["string","text"]})", R"({"type":"text"})",
        R"({"properties":{"a":{"anyOf":[]}}})", R"({"items":{"not":{}}})", R"({"required":["a"]})",
        R"({"minimum":"1"})", R"({"enum":[]})", "[]", "true", "{"}) {
    EXPECT_FALSE(Schema::load(schema)) << schema;
  }
  EXPECT_THAT(Schema::load(R"({"properties":{"a":{"pattern":"x"}}})").error().message,
              HasSubstr("schema.properties.a.pattern: this keyword is not supported"));
}

}  // namespace
}  // namespace berth::mcp
