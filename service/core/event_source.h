#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace berth::core {

/// Of an event stream's response: which instance of Berth sends it. Who takes the events over adds
/// it to their `via`, so that an event never passes one instance twice.
inline constexpr std::string_view kInstanceHeader = "Berth-Instance";

/// Where the following of an event stream elsewhere was left; stored with the events it is behind.
struct EventSourceRecord {
  std::string name;
  std::string url;     ///< the cursor is one of this stream's
  std::string cursor;  ///< id of its last event that is stored; empty = none had an id
};

/// How it goes with a followed stream, as operators see it.
struct EventSourceStatus {
  std::string name;
  std::string url;
  bool connected = false;
  std::uint64_t events = 0;       ///< that came since the start of the service
  std::uint64_t connections = 0;  ///< that were made since then
  std::string last_error;         ///< why there is no connection, or was none last
};

}  // namespace berth::core
