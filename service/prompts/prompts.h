#pragma once

#include "service/core/execution.h"
#include "service/core/resources.h"
#include "service/mcp/prompt_set.h"

namespace berth::prompts {

/// Adds the prompts that Berth offers to people: one file each. All must outlive the set. Core
/// loop.
core::Result<void> add_prompts(mcp::PromptSet& prompts, core::Execution& execution,
                               core::Resources& resources);

/// Private to this folder.
core::Result<void> add_diagnose_failing_command(mcp::PromptSet& prompts, core::Execution& execution,
                                                core::Resources& resources);

}  // namespace berth::prompts
