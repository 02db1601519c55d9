#pragma once

#include <string>

#include "service/core/resources.h"
#include "service/mcp/request.h"
#include "service/mcp/result.h"
#include "service/mcp/rpc_error.h"

namespace berth::mcp {

/// `resources/list`, `resources/templates/list` and `resources/read` of all revisions (2026-07-28,
/// server/resources). `done` gets the raw JSON result; core loop, possibly before the call returns.
/// `info` and `resources` must outlive it.
void list_resources(core::Resources& resources, const ServerInfo& info, const Request& request,
                    ResultDone done);
std::string list_resource_templates(const core::Resources& resources, const ServerInfo& info,
                                    Revision revision);
void read_resource(core::Resources& resources, const ServerInfo& info, const Request& request,
                   ResultDone done);

/// `params.uri`; kInvalidParams if it is no string.
RpcResult<std::string> read_uri(const core::JsonObject* params);

/// Says that what the URI names does not exist for this caller, or what else went wrong with it.
RpcError resource_error(const core::Error& error, const std::string& uri, Revision revision);

}  // namespace berth::mcp
