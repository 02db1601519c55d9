#include "service/mcp/client_capabilities.h"

#include <fmt/format.h>

namespace berth::mcp {
namespace {

/// `elicitation/create` needs `elicitation`, and so on.
std::string_view name_of_capability(std::string_view method) {
  return method.substr(0, method.find('/'));
}

}  // namespace

bool ClientCapabilities::serves(std::string_view method) const {
  const std::string_view name = name_of_capability(method);
  return (name == "elicitation" && elicitation) || (name == "sampling" && sampling) ||
         (name == "roots" && roots);
}

ClientCapabilities read_client_capabilities(const core::JsonObject& capabilities) {
  ClientCapabilities known;
  known.sampling = capabilities.has("sampling");
  known.roots = capabilities.has("roots");
  if (const auto modes = capabilities.object("elicitation")) {
    // One that names no mode knows forms (2025-11-25, client/elicitation).
    known.elicitation = modes->has("form") || !modes->has("url");
  }
  const auto extensions = capabilities.object("extensions");
  known.tasks = extensions && extensions->has(kTasksExtension);
  return known;
}

std::string capability_of(std::string_view method) {
  return fmt::format(R"({{"{}":{{}}}})", name_of_capability(method));
}

}  // namespace berth::mcp
