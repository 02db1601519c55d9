#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/core/json.h"
#include "service/mcp/schema.h"
#include "service/tools/terminal_tools.h"
#include "tests/unit/tools/recording_execution.h"

namespace berth::tools {

/// The terminal tools on a recording execution, called as the server calls them.
class ToolsTest : public testing::Test {
 protected:
  ToolsTest() {
    const auto added = add_terminal_tools(tools_, execution_, 1U << 20U);
    EXPECT_TRUE(added) << (added ? "" : added.error().message);
    core::JobView view;
    view.job.id = core::JobId::make();
    view.job.state = core::JobState::succeeded;
    view.job.exit_code = 0;
    view.job.cwd_after = "/x";
    view.duration = core::Milliseconds(12);
    execution_.job = view;
  }

  /// Fails the test if the arguments don't fit the input schema or the result not the output
  /// schema.
  core::Result<mcp::ToolResult> call(const std::string& name, const std::string& arguments) {
    const mcp::ToolSet::Entry* entry = tools_.find(name);
    if (entry == nullptr) return core::fail(core::ErrorCode::not_found, "no such tool");
    const auto document = core::parse_json(arguments);
    if (!document) return core::fail(document.error());
    if (const auto checked = entry->input->check(*document, "arguments"); !checked) {
      return core::fail(checked.error());
    }
    std::optional<core::Result<mcp::ToolResult>> result;
    entry->handler(context(), *document,
                   [&](core::Result<mcp::ToolResult> done) { result = std::move(done); });
    if (!result) return core::fail(core::ErrorCode::internal, "not answered");
    if (*result) expect_fits(entry->tool.output_schema, (*result)->structured);
    return *result;
  }

  mcp::CallContext context() const { return {caller_, cancel_, nullptr, nullptr, nullptr}; }

  static void expect_fits(const std::string& schema, const std::string& structured) {
    const auto document = core::parse_json(structured);
    ASSERT_TRUE(document) << structured;
    const auto checked = mcp::Schema::load(schema)->check(*document, "result");
    EXPECT_TRUE(checked) << (checked ? "" : checked.error().message) << structured;
  }

  RecordingExecution execution_;
  mcp::ToolSet tools_;
  core::Caller caller_;
  std::shared_ptr<core::Cancellation> cancel_ = std::make_shared<core::Cancellation>();
};

}  // namespace berth::tools
