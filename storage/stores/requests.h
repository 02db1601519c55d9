#pragma once

#include <optional>
#include <vector>

#include "service/core/store.h"
#include "storage/stores/table.h"

namespace berth::storage {

template <>
struct Table<core::RequestRecord> {
  static constexpr std::string_view kName = "requests";

  template <class Record, class Visit>
  static void columns(Record& request, Visit&& visit) {
    visit(fixed("id"), request.id);
    visit(fixed("session_id"), request.session_id);
    visit(fixed("job_id"), request.job_id);
    visit(fixed("client_id"), request.client_id);
    visit(fixed("principal"), request.principal);
    visit(fixed("request_key"), request.request_key);
    visit(fixed("link_key"), request.link_key);
    visit(changing("sync"), request.sync);
    visit(fixed("arrival"), request.arrival);
    visit(fixed("arrived_at"), request.arrived_at);
    visit(changing("state"), request.state);
    visit(changing("ended_at"), request.ended_at);
    visit(fixed("estimate_ms"), request.estimate);
  }
};

/// Newest first; filters: client, state.
core::Result<core::Page<core::RequestRecord>> list_requests(sqlite::Database& database,
                                                            const core::ListFilter& filter);

core::Result<std::optional<core::RequestRecord>> find_request(sqlite::Database& database,
                                                              const core::RequestId& id);

/// All that wait, in the order of their arrival.
core::Result<std::vector<core::RequestRecord>> queued_requests(sqlite::Database& database);

}  // namespace berth::storage
