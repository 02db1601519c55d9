#pragma once

#include "service/core/resources.h"
#include "service/daemon/service.h"

/// What the conformance suite of MCP expects of every server under test: tools, prompts and
/// resources whose names begin with `test` and that Berth itself has no use for. Linked into
/// berthd_conformance only.
namespace berth::conformance {

core::Result<void> add_content_tools(mcp::ToolSet& tools);
core::Result<void> add_timed_tools(mcp::ToolSet& tools, loop::Loop& loop);
core::Result<void> add_asking_tools(mcp::ToolSet& tools);
core::Result<void> add_tasks(mcp::ToolSet& tools, mcp::TaskSources& sources, loop::Loop& loop);
core::Result<void> add_prompts(mcp::PromptSet& prompts);
core::Resources& resources();

/// 1 × 1 pixel, PNG.
std::string picture();

mcp::ToolResult text(std::string text, bool is_error = false);

/// A tool without arguments, unless `properties` (raw JSON members) names some.
mcp::Tool make_tool(std::string name, const std::string& properties = "");

}  // namespace berth::conformance
