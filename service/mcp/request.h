#pragma once

#include <string_view>

#include "service/core/json_scan.h"
#include "service/mcp/client_capabilities.h"
#include "service/mcp/revision.h"
#include "service/mcp/tool.h"

namespace berth::mcp {

/// One request, stripped of everything that has to do with where it came from.
struct Request {
  std::string_view method;
  const core::JsonObject* params = nullptr;  ///< null = none; valid during the call only
  Revision revision = Revision::r2026_07_28;
  ClientCapabilities capabilities;  ///< told with it, or in the handshake
  CallContext context;
};

}  // namespace berth::mcp
