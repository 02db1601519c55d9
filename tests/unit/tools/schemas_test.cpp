#include "tests/unit/tools/tools_fixture.h"

namespace berth::tools {
namespace {

using testing::ElementsAre;

using SchemasTest = ToolsTest;

TEST_F(SchemasTest, TheToolsAreThoseOfTheContract) {
  std::vector<std::string> names;
  for (const auto& entry : tools_.entries()) names.push_back(entry.tool.name);
  EXPECT_THAT(
      names, ElementsAre("start_session", "run_command", "run_background", "get_job", "read_output",
                         "send_input", "interrupt", "end_session", "list_sessions", "list_jobs",
                         "query_position", "change_request_type", "cancel_request", "get_metrics"));
}

TEST_F(SchemasTest, TheArgumentsAreThoseOfTheContract) {
  const auto arguments = [&](const char* name) {
    return tools_.find(name)->input->property_names();
  };
  EXPECT_THAT(arguments("start_session"), ElementsAre("shell", "cwd", "env", "tty", "rows", "cols",
                                                      "name", "sync", "wait_ms", "request_key"));
  EXPECT_THAT(
      arguments("run_command"),
      ElementsAre("command", "session_id", "shell", "cwd", "env", "stdin", "open_stdin", "tty",
                  "timeout_ms", "yield_after_ms", "max_output_bytes", "request_key", "sync"));
  EXPECT_EQ(arguments("run_background"), arguments("run_command"));
  EXPECT_THAT(arguments("get_job"), ElementsAre("job_id", "wait_ms", "max_output_bytes"));
  EXPECT_THAT(arguments("read_output"),
              ElementsAre("job_id", "stream", "offset", "tail_lines", "grep", "limit"));
  EXPECT_THAT(arguments("send_input"),
              ElementsAre("job_id", "text", "keys", "eof", "rows", "cols", "request_key"));
  EXPECT_THAT(arguments("query_position"), ElementsAre("request_id"));
  EXPECT_THAT(arguments("change_request_type"), ElementsAre("request_id", "sync"));
  EXPECT_THAT(arguments("cancel_request"), ElementsAre("request_id", "job_id", "mode"));
  EXPECT_THAT(arguments("interrupt"), ElementsAre("job_id", "session_id", "how"));
  EXPECT_THAT(arguments("end_session"), ElementsAre("session_id", "mode"));
  EXPECT_THAT(arguments("list_jobs"), ElementsAre("state", "session_id", "limit", "cursor"));
  EXPECT_EQ(arguments("list_sessions"), arguments("list_jobs"));
}

TEST_F(SchemasTest, WhatMayBeAskedForIsWhatIsGiven) {
  const auto bounds = [](const mcp::ToolSet& tools, const char* tool, const char* argument) {
    const auto schema = core::parse_json(tools.find(tool)->tool.input_schema);
    const auto& property = (*schema)["properties"][argument];
    return std::pair(property["maximum"].GetInt(), property["default"].GetInt());
  };
  for (const char* tool : {"run_command", "run_background", "get_job"}) {
    EXPECT_EQ(bounds(tools_, tool, "max_output_bytes"), std::pair(1'048'576, 32'768)) << tool;
  }
  EXPECT_EQ(bounds(tools_, "read_output", "limit"), std::pair(1'048'576, 65'536));
  EXPECT_EQ(bounds(tools_, "list_jobs", "limit"), std::pair(200, 50));
  const auto refused = call("run_command", R"({"command":"ls","max_output_bytes":1048577})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "arguments.max_output_bytes must be <= 1048576");
  EXPECT_TRUE(call("run_command", R"({"command":"ls","max_output_bytes":1048576})"));

  mcp::ToolSet small;
  ASSERT_TRUE(add_terminal_tools(small, execution_, 1'024));
  EXPECT_EQ(bounds(small, "read_output", "limit"), std::pair(1'024, 1'024));
}

TEST_F(SchemasTest, EveryToolSaysWhatItIs) {
  for (const auto& entry : tools_.entries()) {
    EXPECT_FALSE(entry.tool.title.empty()) << entry.tool.name;
    EXPECT_GT(entry.tool.description.size(), 40U) << entry.tool.name;
    EXPECT_LT(entry.tool.description.size(), 400U) << entry.tool.name;
    EXPECT_FALSE(entry.tool.output_schema.empty()) << entry.tool.name;
    const auto input = core::parse_json(entry.tool.input_schema);
    ASSERT_TRUE(input) << entry.tool.name;
    EXPECT_FALSE((*input)["additionalProperties"].GetBool()) << entry.tool.name;
    EXPECT_EQ(entry.tool.input_schema.find('\n'), std::string::npos)
        << "messages are framed by newlines";
    EXPECT_EQ(entry.tool.output_schema.find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace berth::tools
