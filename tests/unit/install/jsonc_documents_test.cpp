// Documents as people and editors write them, with the exact text after an install.
#include <gtest/gtest.h>

#include "service/install/jsonc.h"
#include "tests/unit/install/sample_client.h"

namespace berth::install {
namespace {

constexpr const char* kEntry = R"("berth": {"command": "/opt/berth-bridge"})";

struct Document {
  const char* about;
  std::string before;
  std::string after;
  /// After an uninstall; empty = as before.
  std::string undone = {};
};

std::string with_crlf(std::string text) {
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) {
    text.insert(at, "\r");
  }
  return text;
}

const std::string kFresh =
    "{\n  \"mcpServers\": {\n    \"berth\": {\n      \"command\": \"/opt/berth-bridge\"\n"
    "    }\n  }\n}\n";
const std::string kFreshUndone = "{\n  \"mcpServers\": {}\n}\n";

const std::vector<Document>& documents() {
  static const std::vector<Document> kDocuments{
      {"empty file", "", kFresh, kFreshUndone},
      {"byte order mark alone", "\xEF\xBB\xBF", "\xEF\xBB\xBF" + kFresh,
       "\xEF\xBB\xBF" + kFreshUndone},
      {"blank lines", "\n\n", "\n\n" + kFresh, "\n\n" + kFreshUndone},
      {"comments alone, open line", "// later", "// later\n" + kFresh, "// later\n" + kFreshUndone},
      {"comments alone, CRLF", "/* later */\r\n", "/* later */\r\n" + with_crlf(kFresh),
       "/* later */\r\n" + with_crlf(kFreshUndone)},
      {"empty object", "{}", kFresh.substr(0, kFresh.size() - 1),
       kFreshUndone.substr(0, kFreshUndone.size() - 1)},
      {"empty object over lines", "{\n\n}\n", kFresh, kFreshUndone},
      {"empty servers", "{\n  \"mcpServers\": {}\n}\n", kFresh},
      {"empty servers over lines", "{\n  \"mcpServers\": {\n  }\n}\n", kFresh, kFreshUndone},
      {"comment in empty servers", "{\n\t\"mcpServers\": {\n\t\t// none yet\n\t}\n}",
       "{\n\t\"mcpServers\": {\n\t\t// none yet\n\t\t\"berth\": {\n"
       "\t\t\t\"command\": \"/opt/berth-bridge\"\n\t\t}\n\t}\n}"},
      {"remark in empty servers", "{\n  \"mcpServers\": { /* none */ }\n}\n",
       "{\n  \"mcpServers\": { /* none */ " + std::string(kEntry) + " }\n}\n"},
      {"no servers object", "{\n    \"a\": 1\n}\n",
       "{\n    \"a\": 1,\n    \"mcpServers\": {\n        \"berth\": {\n"
       "            \"command\": \"/opt/berth-bridge\"\n        }\n    }\n}\n",
       "{\n    \"a\": 1,\n    \"mcpServers\": {}\n}\n"},
      {"another server, tabs", "{\n\t\"mcpServers\": {\n\t\t\"a\": {}\n\t}\n}\n",
       "{\n\t\"mcpServers\": {\n\t\t\"a\": {},\n\t\t\"berth\": {\n"
       "\t\t\t\"command\": \"/opt/berth-bridge\"\n\t\t}\n\t}\n}\n"},
      {"trailing commas", "{\n  \"mcpServers\": {\n    \"a\": {},\n  },\n}\n",
       "{\n  \"mcpServers\": {\n    \"a\": {},\n    \"berth\": {\n"
       "      \"command\": \"/opt/berth-bridge\"\n    },\n  },\n}\n"},
      {"CRLF and byte order mark",
       "\xEF\xBB\xBF{\r\n  \"mcpServers\": {\r\n    \"a\": {}\r\n  }\r\n}\r\n",
       "\xEF\xBB\xBF{\r\n  \"mcpServers\": {\r\n    \"a\": {},\r\n    \"berth\": {\r\n"
       "      \"command\": \"/opt/berth-bridge\"\r\n    }\r\n  }\r\n}\r\n"},
      {"comments everywhere",
       "// top\n{ // open\n  /* before */ \"mcpServers\" /* key */ : /* colon */ {\n"
       "    // \"old\": {},\n    \"a\" /*1*/ : /*2*/ {} /*3*/ // the last\n    /* end */\n"
       "  } // closed\n}\n// bottom",
       "// top\n{ // open\n  /* before */ \"mcpServers\" /* key */ : /* colon */ {\n"
       "    // \"old\": {},\n    \"a\" /*1*/ : /*2*/ {}, /*3*/ // the last\n    \"berth\": {\n"
       "      \"command\": \"/opt/berth-bridge\"\n    }\n    /* end */\n  } // closed\n}\n"
       "// bottom"},
      {"remark before a trailing comma",
       "{\n  \"mcpServers\": {\n    \"a\": {} /* x */ , // y\n  }\n}\n",
       "{\n  \"mcpServers\": {\n    \"a\": {} /* x */ , // y\n    \"berth\": {\n"
       "      \"command\": \"/opt/berth-bridge\"\n    },\n  }\n}\n"},
      {"remark over lines", "{\n  \"mcpServers\": {\n    \"a\": {} /* x\n    y */\n  }\n}\n",
       "{\n  \"mcpServers\": {\n    \"a\": {},\n    \"berth\": {\n"
       "      \"command\": \"/opt/berth-bridge\"\n    } /* x\n    y */\n  }\n}\n"},
      {"brace behind the last server", "{ \"mcpServers\": {\n    \"a\": {},\n    \"b\": {} } }",
       "{ \"mcpServers\": {\n    \"a\": {},\n    \"b\": {},\n    \"berth\": {\n"
       "        \"command\": \"/opt/berth-bridge\"\n    } } }"},
      {"all on one line", "{\"a\":1,\"mcpServers\":{\"x\":{}}}\n",
       "{\"a\":1,\"mcpServers\":{\"x\":{},\"berth\":{\"command\":\"/opt/berth-bridge\"}}}\n"},
      {"all on one line, loose", "{ \"mcpServers\": { \"x\": {} } }",
       "{ \"mcpServers\": { \"x\": {}, " + std::string(kEntry) + " } }"},
      {"all on one line, empty", "{\"mcpServers\":{}}",
       "{\"mcpServers\":{\"berth\":{\"command\":\"/opt/berth-bridge\"}}}"},
      {"all on one line, trailing comma", "{\"mcpServers\":{\"x\":{},},}",
       "{\"mcpServers\":{\"x\":{},\"berth\":{\"command\":\"/opt/berth-bridge\"},},}"},
      {"comments in strings and strings in comments",
       "{\n  \"url\": \"http://a/*b\", // \"mcpServers\": {\n"
       "  \"mcpServers\": {\n    \"//a\": {\"x\": \"*/ } // \\\" ,\"}\n  }\n}\n",
       "{\n  \"url\": \"http://a/*b\", // \"mcpServers\": {\n"
       "  \"mcpServers\": {\n    \"//a\": {\"x\": \"*/ } // \\\" ,\"},\n    \"berth\": {\n"
       "      \"command\": \"/opt/berth-bridge\"\n    }\n  }\n}\n"},
      {"other characters", "{\n  \"mcpServers\": {\n    \"Sérvér 😀 \\ud83d\\ude00\": {}\n  }\n}\n",
       "{\n  \"mcpServers\": {\n    \"Sérvér 😀 \\ud83d\\ude00\": {},\n    \"berth\": {\n"
       "      \"command\": \"/opt/berth-bridge\"\n    }\n  }\n}\n"},
      {"the same name elsewhere",
       "{\n  \"projects\": {\"mcpServers\": {\"berth\": {}}},\n  \"berth\": 1,\n"
       "  \"mcpServers\": {}\n}\n",
       "{\n  \"projects\": {\"mcpServers\": {\"berth\": {}}},\n  \"berth\": 1,\n"
       "  \"mcpServers\": {\n    \"berth\": {\n      \"command\": \"/opt/berth-bridge\"\n    }\n"
       "  }\n}\n"},
      {"names twice that are none of ours",
       "{\"a\": 1, \"a\": 2, \"mcpServers\": {\"x\": {}, \"x\": {}}}",
       "{\"a\": 1, \"a\": 2, \"mcpServers\": {\"x\": {}, \"x\": {}, " + std::string(kEntry) + "}}"},
      {"comma first", "{\n  \"mcpServers\": {\n    \"a\": {}\n  , \"b\": {}\n  }\n}\n",
       "{\n  \"mcpServers\": {\n    \"a\": {}\n  , \"b\": {},\n    \"berth\": {\n"
       "      \"command\": \"/opt/berth-bridge\"\n    }\n  }\n}\n"},
      {"no indentation", "{\n\"mcpServers\": {\n\"a\": {}\n}\n}\n",
       "{\n\"mcpServers\": {\n\"a\": {},\n\"berth\": {\n  \"command\": \"/opt/berth-bridge\"\n}\n"
       "}\n}\n"},
      {"tight colons", "{\n  \"mcpServers\":{\n    \"a\":{}\n  }\n}\n",
       "{\n  \"mcpServers\":{\n    \"a\":{},\n    \"berth\":{\n"
       "      \"command\":\"/opt/berth-bridge\"\n    }\n  }\n}\n"},
  };
  return kDocuments;
}

TEST(JsoncDocuments, AreWrittenAsExpected) {
  for (const Document& document : documents()) {
    EXPECT_EQ(installed(json_client(), document.before), document.after) << document.about;
  }
}

TEST(JsoncDocuments, AreAsTheyWereWithoutTheEntry) {
  for (const Document& document : documents()) {
    const std::string& expected = document.undone.empty() ? document.before : document.undone;
    EXPECT_EQ(uninstalled(json_client(), document.after), expected) << document.about;
  }
}

TEST(JsoncDocuments, NeedNothingTheSecondTime) {
  for (const Document& document : documents()) {
    const auto again = plan_install(json_client(), document.after, kWish);
    ASSERT_TRUE(again) << document.about << ": " << again.error().message;
    EXPECT_FALSE(again->after) << document.about;
    const auto gone = plan_uninstall(json_client(), document.before, kWish);
    ASSERT_TRUE(gone) << document.about << ": " << gone.error().message;
    EXPECT_FALSE(gone->after) << document.about;
  }
}

TEST(JsoncDocuments, LoseAnEntryThatPeopleHaveWritten) {
  const auto without = [](const std::string& text) { return uninstalled(json_client(), text); };
  const std::string bridge = R"({"command": "berth-bridge"})";
  EXPECT_EQ(without("{\"mcpServers\": {\"berth\": " + bridge + ", \"z\": 1}}"),
            "{\"mcpServers\": { \"z\": 1}}");
  EXPECT_EQ(without("{\"mcpServers\": {\n  \"berth\": " + bridge + ",\n  \"z\": 1\n}}"),
            "{\"mcpServers\": {\n  \"z\": 1\n}}");
  EXPECT_EQ(without("{\"mcpServers\": {\n  // ours\n  \"berth\": " + bridge +
                    " // is it?\n  , \"z\": 1\n}}"),
            "{\"mcpServers\": {\n  // ours\n   // is it?\n   \"z\": 1\n}}");
  EXPECT_EQ(without("{\"mcpServers\": {\n  \"a\": 1, // a\n  \"berth\": " + bridge + " /* b */ }}"),
            "{\"mcpServers\": {\n  \"a\": 1 // a\n   /* b */ }}");
  EXPECT_EQ(without("{\"mcpServers\": {\n  \"a\": 1, \"berth\": " + bridge + ",\n  \"z\": 1\n}}"),
            "{\"mcpServers\": {\n  \"a\": 1,\n  \"z\": 1\n}}");
}

}  // namespace
}  // namespace berth::install
