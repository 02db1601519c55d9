#pragma once

#include <initializer_list>
#include <string_view>

#include "api/http/request.h"
#include "service/core/event_filter.h"
#include "service/core/time.h"

namespace berth::api_events {

/// What a request for events asks for, whether it follows or lists them: the filters, where to
/// begin
/// (`Last-Event-ID` or `last_event_id`, else `since`, a time or an age). Who is not admin gets what
/// is about its own objects. invalid_argument naming the parameter that can't be read; other
/// parameters are refused, but for those the caller has read itself.
core::Result<core::EventQuery> read_event_query(
    const http::Request& request, core::Timestamp now,
    std::initializer_list<std::string_view> read_by_caller = {});

/// Whether the client takes gzip (RFC 9110, 12.5.3).
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace berth::api_events
