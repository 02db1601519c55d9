#include "service/mcp/revision.h"

namespace berth::mcp {

std::string_view to_string(Revision revision) {
  switch (revision) {
    case Revision::r2024_11_05:
      return "2024-11-05";
    case Revision::r2025_03_26:
      return "2025-03-26";
    case Revision::r2025_06_18:
      return "2025-06-18";
    case Revision::r2025_11_25:
      return "2025-11-25";
    case Revision::r2026_07_28:
      return "2026-07-28";
  }
  return {};
}

std::optional<Revision> parse_revision(std::string_view text) {
  for (const Revision revision : kSupportedRevisions) {
    if (to_string(revision) == text) return revision;
  }
  return std::nullopt;
}

}  // namespace berth::mcp
