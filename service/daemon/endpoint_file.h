#pragma once

#include <cstdint>
#include <string>

#include "service/core/error.h"
#include "service/core/time.h"

namespace berth::daemon {

/// `endpoint.json` in the runtime folder: how clients find the service. Holds no secret; readable
/// by everyone who may enter the folder.
struct EndpointFile {
  std::int64_t pid = 0;
  core::Timestamp started_at{};
  std::string address;  ///< `127.0.0.1:41234`
  std::string socket;
  std::string control_socket;
  std::string started_by;  ///< empty = by its operator
};

core::Result<void> write_endpoint_file(const std::string& path, const EndpointFile& endpoint);

}  // namespace berth::daemon
