#include "service/core/job.h"

#include <array>

#include "service/core/words.h"

namespace berth::core {
namespace {

constexpr std::array<std::string_view, 7> kStates{"queued",    "running",   "succeeded", "failed",
                                                  "cancelled", "timed_out", "lost"};
constexpr std::array<std::string_view, 4> kStopModes{"after_command", "interrupt", "terminate",
                                                     "kill"};

}  // namespace

std::string_view to_string(JobState state) {
  return kStates.at(static_cast<std::size_t>(state));
}

std::optional<JobState> parse_job_state(std::string_view text) {
  return parse_word<JobState>(kStates, text);
}

std::span<const std::string_view> job_states() {
  return kStates;
}

std::string_view to_string(StopMode mode) {
  return kStopModes.at(static_cast<std::size_t>(mode));
}

std::optional<StopMode> parse_stop_mode(std::string_view text) {
  return parse_word<StopMode>(kStopModes, text);
}

}  // namespace berth::core
