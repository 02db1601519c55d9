#pragma once

#include <functional>
#include <string>

#include "service/mcp/message.h"
#include "service/mcp/prompt_set.h"
#include "service/mcp/result.h"
#include "service/mcp/rpc_error.h"

namespace berth::mcp {

/// `prompts/list` and `prompts/get` of all revisions (2026-07-28, server/prompts). Raw JSON
/// results. `info` and `prompts` must outlive the call.
RpcResult<std::string> list_prompts(const PromptSet& prompts, const ServerInfo& info,
                                    const core::JsonObject* params, Revision revision);
void get_prompt(const PromptSet& prompts, const ServerInfo& info, CallContext context,
                const core::JsonObject* params, Revision revision, ResultDone done);

}  // namespace berth::mcp
