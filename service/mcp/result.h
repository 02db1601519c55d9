#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "service/core/json.h"
#include "service/core/json_scan.h"
#include "service/mcp/revision.h"
#include "service/mcp/rpc_error.h"

namespace berth::mcp {

/// How the server names itself.
struct ServerInfo {
  std::string name = "berth";
  std::string title = "Berth";
  std::string version{};
  std::string instructions{};  ///< how a model should use this server; empty = none
};

// What the results of all methods have in common, by revision (2026-07-28, basic/index, Results).

void write_implementation(core::JsonWriter& json, const ServerInfo& info, Revision revision);

/// Takes the raw JSON result of a method, or why there is none. Core loop, at most once, possibly
/// before the method has returned.
using ResultDone = std::function<void(RpcResult<std::string>)>;

/// `params.cursor`, empty if there is none; kInvalidParams if it is no string. `params` may be
/// null.
RpcResult<std::string> read_cursor(const core::JsonObject* params);
/// Of a cursor that leads nowhere.
RpcError invalid_cursor();

/// How long clients may go on using what changes with a new version of the server only.
inline constexpr std::chrono::milliseconds kUntilNewVersion{300'000};

/// Opens a result with what every modern one carries; the caller closes it.
void begin_result(core::JsonWriter& json, Revision revision);

/// `error`: raw JSON for `_meta["berth/error"]`; `related_task`: the id of a task that the result
/// belongs to. Empty = none.
void write_meta(core::JsonWriter& json, const ServerInfo& info, Revision revision,
                std::string_view error = {}, std::string_view related_task = {});

/// How long a client may go on using the result; modern revisions only. Never shared: what is
/// listed and read depends on the caller.
void write_cache_hints(core::JsonWriter& json, Revision revision,
                       std::chrono::milliseconds fresh_for);

}  // namespace berth::mcp
