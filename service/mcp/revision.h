#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace berth::mcp {

/// The protocol revisions Berth speaks, in the order they appeared.
enum class Revision { r2024_11_05, r2025_03_26, r2025_06_18, r2025_11_25, r2026_07_28 };

/// Newest first, as they are offered to clients.
inline constexpr std::array kSupportedRevisions{Revision::r2026_07_28, Revision::r2025_11_25,
                                                Revision::r2025_06_18, Revision::r2025_03_26,
                                                Revision::r2024_11_05};
/// Those that a request can name in its `_meta`, and those that `initialize` can agree on.
inline constexpr auto kModernRevisions = std::span(kSupportedRevisions).first<1>();
inline constexpr auto kHandshakeRevisions = std::span(kSupportedRevisions).last<4>();
/// What `initialize` falls back to when it asks for a revision that is not supported.
inline constexpr Revision kLatestHandshake = Revision::r2025_11_25;

std::string_view to_string(Revision revision);
std::optional<Revision> parse_revision(std::string_view text);

/// Modern: version and capabilities travel with every request. Handshake (the specification's
/// "legacy"): `initialize` agrees on them once.
constexpr bool is_modern(Revision revision) {
  return revision >= Revision::r2026_07_28;
}

static_assert(is_modern(kModernRevisions.back()) && !is_modern(kHandshakeRevisions.front()));

constexpr bool has_annotations(Revision revision) {
  return revision >= Revision::r2025_03_26;
}
constexpr bool has_audio(Revision revision) {
  return revision >= Revision::r2025_03_26;
}
constexpr bool has_titles(Revision revision) {
  return revision >= Revision::r2025_06_18;
}
constexpr bool has_structured_content(Revision revision) {
  return revision >= Revision::r2025_06_18;
}
constexpr bool has_resource_links(Revision revision) {
  return revision >= Revision::r2025_06_18;
}
/// JSON-RPC batches came with 2025-03-26 and went with 2025-06-18.
constexpr bool has_batches(Revision revision) {
  return revision == Revision::r2025_03_26;
}
/// Tasks came with 2025-11-25, as an experiment, and are an extension since 2026-07-28.
constexpr bool has_tasks(Revision revision) {
  return revision >= Revision::r2025_11_25;
}
/// From 2025-11-25 on wrong arguments are a tool's result that the model sees and can correct
/// (SEP-1303), before that a protocol error.
constexpr bool reports_arguments_to_model(Revision revision) {
  return revision >= Revision::r2025_11_25;
}

}  // namespace berth::mcp
