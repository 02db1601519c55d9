#pragma once

#include "api/http/request.h"
#include "service/mcp/message.h"
#include "service/mcp/rpc_error.h"
#include "service/mcp/tool_set.h"

namespace berth::api_mcp {

/// Of a modern `tools/call`: each mcp::MirroredParameter of its tool must say in its header what it
/// says in the arguments, and only if it is there. kHeaderMismatch otherwise.
mcp::RpcResult<void> check_parameter_headers(const http::Request& request,
                                             const mcp::Message& message,
                                             const mcp::ToolSet& tools);

}  // namespace berth::api_mcp
