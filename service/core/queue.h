#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "service/core/ids.h"
#include "service/core/time.h"

namespace berth::core {

/// What has become of a request for a terminal.
enum class RequestState {
  queued,     ///< it waits
  ready,      ///< it has got its terminal
  cancelled,  ///< withdrawn while it waited
  expired,    ///< nobody asked for it again after a restart of the service
};

std::span<const std::string_view> request_states();
std::string_view to_string(RequestState state);
std::optional<RequestState> parse_request_state(std::string_view text);

/// A request that had to wait for a terminal, as it is stored: to keep its place over a restart of
/// the service, and as history.
struct RequestRecord {
  RequestId id;
  SessionId session_id;  ///< the session it is for; none: for the command `job_id`
  JobId job_id;
  std::string client_id;
  std::string principal;
  std::string request_key;
  std::string link_key;
  bool sync = true;
  std::uint64_t arrival = 0;  ///< serving order within a class
  Timestamp arrived_at{};
  RequestState state = RequestState::queued;
  std::optional<Timestamp> ended_at;
  Milliseconds estimate{0};  ///< of its wait, when it arrived
};

}  // namespace berth::core
