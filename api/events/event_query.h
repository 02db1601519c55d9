#pragma once

#include "api/http/request.h"
#include "service/core/time.h"
#include "service/events/subscriber.h"

namespace berth::api_events {

/// What a request to follow events asks for: the filters, where to begin (`Last-Event-ID` or
/// `last_event_id`, else `since`), the encoding. Who is not admin follows what is about its own
/// objects. invalid_argument naming the parameter that can't be read; other parameters are refused.
core::Result<events::Subscription> read_event_query(const http::Request& request,
                                                    core::Timestamp now);

/// Whether the client takes gzip (RFC 9110, 12.5.3).
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace berth::api_events
