#pragma once

#include <string>
#include <string_view>

#include "service/core/json_scan.h"

namespace berth::mcp {

/// The extension by which a modern client says that it takes tasks (SEP-2663).
inline constexpr std::string_view kTasksExtension = "io.modelcontextprotocol/tasks";

/// What a client says that it can do, in `initialize` or with each modern request.
struct ClientCapabilities {
  bool elicitation = false;  ///< forms; addresses to be opened are another mode
  bool sampling = false;
  bool roots = false;
  bool tasks = false;  ///< the extension; what handshake clients call tasks is another thing

  /// Whether it takes a request of this method.
  bool serves(std::string_view method) const;
};

ClientCapabilities read_client_capabilities(const core::JsonObject& capabilities);

/// Raw JSON of a ClientCapabilities object with the one that `method` needs.
std::string capability_of(std::string_view method);

}  // namespace berth::mcp
