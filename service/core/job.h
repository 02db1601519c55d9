#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "service/core/ids.h"
#include "service/core/time.h"

namespace berth::core {

enum class JobState { queued, running, succeeded, failed, cancelled, timed_out, lost };

std::string_view to_string(JobState state);
std::optional<JobState> parse_job_state(std::string_view text);
std::span<const std::string_view> job_states();
inline bool is_final(JobState state) {
  return state > JobState::running;
}

/// What a command finds on its stdin. `empty` is end of file at once: a command that asks a
/// question ends rather than hangs.
enum class StdinMode { empty, open };

/// How a request cancelled or ended something (contract: `how`, `mode`).
enum class StopMode { after_command, interrupt, terminate, kill };

std::string_view to_string(StopMode mode);
std::optional<StopMode> parse_stop_mode(std::string_view text);

/// One command execution, as it is stored. Sizes in bytes.
struct JobRecord {
  JobId id;
  SessionId session_id;  ///< none: a terminal of its own
  RequestId request_id;  ///< its place in the queue, while and after it waited
  HostId host_id;        ///< the host that runs or ran it, once dispatched
  std::string client_id;
  std::string principal;
  CorrelationId correlation_id;

  std::string command;
  std::string shell;
  std::string cwd;  ///< asked for; empty = the session's
  std::string env_json = "{}";
  std::string stdin_text;
  StdinMode stdin_mode = StdinMode::empty;
  bool tty = false;         ///< of a terminal of its own: a pseudo-terminal
  bool sync = true;         ///< an agent waits for it
  bool background = false;  ///< goes on when its request is cancelled or lost
  std::string request_key;  ///< the client's own: a retry finds this job
  std::string link_key;     ///< the bridge link's: a resend after a reconnect finds this job
  Milliseconds timeout{0};  ///< from start; 0 = none
  std::int64_t max_output_bytes = 32'768;  ///< per stream, of what its caller is shown

  JobState state = JobState::queued;
  std::optional<int> exit_code;
  std::string signal;     ///< `SIGKILL`; empty unless a signal ended it
  std::string cwd_after;  ///< directory when it ended
  std::string message;    ///< what an agent must know besides (terminal restarted, why it is lost)
  std::int64_t stdout_bytes = 0;
  std::int64_t stderr_bytes = 0;
  bool dispatched = false;  ///< handed to its host: never run again without the host's word

  /// All it printed, of an ended job that printed little; else that is in files. Both or none.
  std::optional<std::string> stdout_whole;
  std::optional<std::string> stderr_whole;

  Timestamp created_at{};
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> finished_at;
};

}  // namespace berth::core
