#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "service/core/error.h"

namespace berth::mcp {

/// A tool's parameter that HTTP clients repeat in the header `Mcp-Param-<name>`, so that what
/// stands between can route by it (2026-07-28, basic/transports/streamable-http, Custom Headers
/// from Tool Parameters).
struct MirroredParameter {
  std::string header;             ///< with the prefix
  std::vector<std::string> path;  ///< of property names, from the arguments on
};

/// Those that a tool's input schema (raw JSON) marks with `x-mcp-header`. invalid_argument if a
/// mark stands where the specification has none, or one's name is no header's or is there twice.
core::Result<std::vector<MirroredParameter>> find_mirrored_parameters(std::string_view schema);

}  // namespace berth::mcp
