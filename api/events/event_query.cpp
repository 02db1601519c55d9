#include "api/events/event_query.h"

#include <algorithm>
#include <utility>

#include "api/http/syntax.h"

namespace berth::api_events {
namespace {

using core::ErrorCode;

/// A client that comes back says where it was; that counts more than where it once began.
core::Result<std::optional<std::int64_t>> read_after(const http::Request& request) {
  if (const auto header = request.header("Last-Event-ID"); header && !header->empty()) {
    return core::parse_event_id(*header, "Last-Event-ID");
  }
  const auto parameter = request.query.one("last_event_id");
  if (!parameter) return core::fail(parameter.error());
  if (!*parameter || (*parameter)->empty()) return std::nullopt;
  return core::parse_event_id(**parameter, "last_event_id");
}

/// A time, or an age such as `1h`.
core::Result<std::optional<core::Timestamp>> read_since(const http::Request& request,
                                                        core::Timestamp now) {
  const auto text = request.query.one("since");
  if (!text) return core::fail(text.error());
  if (!*text || (*text)->empty()) return std::nullopt;
  if (const auto age = core::parse_duration(**text, "since")) {
    return now -
           std::min(*age, std::chrono::duration_cast<core::Milliseconds>(now.time_since_epoch()));
  }
  const auto time = core::parse_rfc3339(**text, "since");
  if (time) return *time;
  return core::fail(ErrorCode::invalid_argument,
                    "since must be a time such as 2026-01-31T12:00:00Z or an age such as 1h",
                    "since");
}

bool is_place(std::string_view name) {
  return name == "since" || name == "last_event_id";
}

core::Result<core::EventFilter> read_filter(
    const http::Request& request, std::initializer_list<std::string_view> read_by_caller) {
  core::EventFilter filter;
  if (const auto topic = request.parameters.find("topic"); topic != request.parameters.end()) {
    if (auto added = core::add_condition(filter, "topic", topic->second); !added) {
      return core::fail(added.error());
    }
  }
  for (const auto& [name, value] : request.query.items()) {
    if (is_place(name) || std::ranges::find(read_by_caller, name) != read_by_caller.end()) continue;
    if (auto added = core::add_condition(filter, name, value); !added) {
      return core::fail(added.error());
    }
  }
  core::restrict_to(filter, request.caller);
  return filter;
}

}  // namespace

core::Result<core::EventQuery> read_event_query(
    const http::Request& request, core::Timestamp now,
    std::initializer_list<std::string_view> read_by_caller) {
  core::EventQuery wanted;
  auto filter = read_filter(request, read_by_caller);
  if (!filter) return core::fail(filter.error());
  wanted.filter = *std::move(filter);
  const auto after = read_after(request);
  if (!after) return core::fail(after.error());
  const auto since = read_since(request, now);
  if (!since) return core::fail(since.error());
  wanted.place.after = *after;
  if (!*after) wanted.place.since = *since;
  return wanted;
}

bool accepts_gzip(std::string_view accept_encoding) {
  while (!accept_encoding.empty()) {
    const std::size_t comma = accept_encoding.find(',');
    std::string_view item = http::trim(accept_encoding.substr(0, comma));
    accept_encoding.remove_prefix(comma == std::string_view::npos ? accept_encoding.size()
                                                                  : comma + 1);
    const std::string_view coding = http::trim(item.substr(0, item.find(';')));
    if (coding != "gzip" && coding != "x-gzip") continue;
    const std::size_t weight = item.find("q=");
    if (weight == std::string_view::npos) return true;
    // 0, 0.0, 0.00 and 0.000 refuse it.
    return item.substr(weight + 2).find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

}  // namespace berth::api_events
