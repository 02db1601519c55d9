#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "service/core/error.h"

namespace berth::core {

using Milliseconds = std::chrono::milliseconds;
/// Wall clock, UTC, millisecond resolution: what is stored and shown.
using Timestamp = std::chrono::sys_time<Milliseconds>;
/// Monotonic: what waits and durations are measured with.
using Instant = std::chrono::steady_clock::time_point;

/// The one source of time for the domain, so that a simulation can turn it. Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
  virtual Instant instant() const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
  Instant instant() const override;
};

/// RFC 3339 in UTC with milliseconds: `2026-07-28T09:30:00.125Z`.
std::string to_rfc3339(Timestamp time);
/// The same, behind `text`.
void append_rfc3339(std::string& text, Timestamp time);
Result<Timestamp> parse_rfc3339(std::string_view text, std::string_view field);

/// A configuration duration: a whole number and one of `ms s m h d` (`"250ms"`, `"30m"`).
Result<Milliseconds> parse_duration(std::string_view text, std::string_view field);
std::string to_duration_text(Milliseconds duration);

}  // namespace berth::core
