#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/exchange.h"
#include "service/core/json.h"
#include "service/core/store.h"
#include "service/core/views.h"

namespace berth::routes {

struct PageQuery {
  std::size_t limit = 50;
  std::string cursor;  ///< empty = the first page
};

/// `limit` (1–500) and `cursor`, which every list has.
core::Result<PageQuery> read_page_query(const http::Query& query);

/// The filter of a list from its query. `known` are the parameters this list has (`limit` and
/// `cursor` among them); others are refused, so that a misspelt filter never lists everything.
core::Result<core::ListFilter> read_list_query(const http::Query& query,
                                               std::initializer_list<std::string_view> known);

struct Bounds {
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

/// A query parameter that is a whole number within the bounds; nothing if it is not there.
core::Result<std::optional<std::int64_t>> whole_number(const http::Query& query,
                                                       std::string_view name, Bounds bounds = {});

/// The only parameter `mode`: after_command, interrupt or kill.
core::Result<core::StopMode> stop_mode(const http::Query& query, core::StopMode fallback);

/// Answers `{"items":[…],"next_cursor":…}`.
template <class Record>
void answer_page(http::Exchange& exchange, const core::Result<core::Page<Record>>& page,
                 const std::function<void(core::JsonWriter&, const Record&)>& write) {
  if (!page) return exchange.fail(page.error());
  core::JsonWriter json;
  core::write_page(json, *page, write);
  exchange.respond(http::Response::json(json.str()));
}

}  // namespace berth::routes
