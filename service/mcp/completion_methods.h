#pragma once

#include "service/core/resources.h"
#include "service/mcp/prompt_methods.h"

namespace berth::mcp {

/// `completion/complete` of all revisions (2026-07-28, server/utilities/completion), for arguments
/// of prompts and of resource templates. Either may be null: there are none.
void complete(const PromptSet* prompts, core::Resources* resources, const ServerInfo& info,
              const core::Caller& caller, const core::JsonObject* params, Revision revision,
              ResultDone done);

}  // namespace berth::mcp
