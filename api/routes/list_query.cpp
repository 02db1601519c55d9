#include "api/routes/list_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "service/core/page_limit.h"

namespace berth::routes {
namespace {

/// The parameter's value, empty if it is not there.
core::Result<std::string> text_of(const http::Query& query, std::string_view name) {
  auto value = query.one(name);
  if (!value) return core::fail(std::move(value.error()));
  return value->value_or("");
}

}  // namespace

core::Result<PageQuery> read_page_query(const http::Query& query) {
  PageQuery page;
  auto cursor = text_of(query, "cursor");
  if (!cursor) return core::fail(std::move(cursor.error()));
  page.cursor = *std::move(cursor);
  const auto limit = text_of(query, "limit");
  if (!limit) return core::fail(limit.error());
  if (!limit->empty()) {
    const auto count = core::parse_page_limit(*limit);
    if (!count) return core::fail(count.error());
    page.limit = *count;
  }
  return page;
}

core::Result<core::ListFilter> read_list_query(const http::Query& query,
                                               std::initializer_list<std::string_view> known) {
  if (auto only = query.only(known); !only) return core::fail(std::move(only.error()));
  core::ListFilter filter;
  auto page = read_page_query(query);
  if (!page) return core::fail(std::move(page.error()));
  filter.limit = page->limit;
  filter.cursor = std::move(page->cursor);
  const std::pair<std::string_view, std::string*> texts[] = {{"state", &filter.state},
                                                             {"client_id", &filter.client_id}};
  for (const auto& [name, field] : texts) {
    auto text = text_of(query, name);
    if (!text) return core::fail(std::move(text.error()));
    *field = std::move(*text);
  }
  const auto session = text_of(query, "session_id");
  if (!session) return core::fail(session.error());
  if (!session->empty()) {
    auto id = core::SessionId::parse(*session, "session_id");
    if (!id) return core::fail(std::move(id.error()));
    filter.session_id = std::move(*id);
  }
  return filter;
}

core::Result<std::optional<std::int64_t>> whole_number(const http::Query& query,
                                                       std::string_view name, Bounds bounds) {
  const auto text = query.one(name);
  if (!text) return core::fail(text.error());
  if (!*text) return std::optional<std::int64_t>();
  std::int64_t value = 0;
  const auto [end, error] =
      std::from_chars((*text)->data(), (*text)->data() + (*text)->size(), value);
  if (error != std::errc() || end != (*text)->data() + (*text)->size() || value < bounds.least ||
      value > bounds.most) {
    return core::fail(
        core::ErrorCode::invalid_argument,
        fmt::format("{} must be a whole number from {} to {}", name, bounds.least, bounds.most),
        std::string(name));
  }
  return std::optional(value);
}

core::Result<core::StopMode> stop_mode(const http::Query& query, core::StopMode fallback) {
  if (auto only = query.only({"mode"}); !only) return core::fail(std::move(only.error()));
  const auto text = query.one("mode");
  if (!text) return core::fail(text.error());
  if (!*text) return fallback;
  const auto mode = core::parse_stop_mode(**text);
  if (mode && *mode != core::StopMode::terminate) return *mode;
  return core::fail(core::ErrorCode::invalid_argument,
                    "mode must be after_command, interrupt or kill", "mode");
}

}  // namespace berth::routes
