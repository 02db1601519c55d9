#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "service/core/error.h"
#include "service/core/ids.h"
#include "service/core/job.h"
#include "service/core/time.h"
#include "service/hostproto/record.h"

namespace berth::hostproto {

/// Output of both streams together up to this many bytes comes with `Finished`: the service stores
/// it with the job and leaves the files to the next command.
inline constexpr std::size_t kMaxInlineBytes = std::size_t{32} << 10U;
/// Up to this many bytes stand in the journal too: such a command is known whole even if the
/// service is killed before it has stored its end.
inline constexpr std::size_t kMaxJournalOutputBytes = std::size_t{4} << 10U;
inline constexpr std::size_t kMaxCommandBytes = std::size_t{8} << 20U;

/// In the environment of everything that runs in a terminal: the id of its host.
inline constexpr const char* kTerminalVariable = "BERTH_TERMINAL_ID";

// --- From the service to the host ---

/// First message of all. With it travel the listening socket and the journal file.
struct Configure {
  static constexpr std::uint8_t kType = 1;
  static constexpr std::size_t kDescriptors = 2;
  core::HostId host_id;
  std::string shell;    ///< which dialect: `bash`
  std::string program;  ///< path, or a name searched in PATH
  std::string cwd;
  std::vector<std::string> env;        ///< the shell's whole environment, `NAME=value`
  core::Milliseconds orphan_limit{0};  ///< how long to wait, idle, for a service
  bool tty = false;                    ///< commands run on a pseudo-terminal of this size
  std::int64_t rows = 24;
  std::int64_t cols = 80;
  // What its programs may use at most, 0 = what the system lets them (see platform/limits.h).
  std::int64_t more_processes = 0;  ///< beside those that the user has when the terminal starts
  std::int64_t max_memory_bytes = 0;
  core::Milliseconds max_cpu_time{0};
  /// Started before anyone has asked for it: limits that depend on what else runs are set by
  /// `Prepare`, which comes before the first command.
  bool spare = false;
};

/// Runs one command. Answered by `Accepted` or `Rejected`; a job that is known already is accepted
/// again and not run again.
struct Run {
  static constexpr std::uint8_t kType = 2;
  static constexpr std::size_t kDescriptors = 0;
  core::JobId job_id;
  std::string command;
  std::string cwd;               ///< for this command only; empty = the session's
  std::vector<std::string> env;  ///< for this command only, `NAME=value`
  core::StdinMode stdin_mode = core::StdinMode::empty;
  std::string stdin_text;         ///< first bytes of its stdin
  core::Milliseconds timeout{0};  ///< from start; 0 = none
  std::string context;            ///< the service's own; comes back with `Accepted`
  bool alone = false;             ///< the terminal is its own: nothing of the shell is to be kept
  std::int64_t max_output_bytes = std::numeric_limits<std::int64_t>::max();  ///< kept, per stream
  bool secret_output = false;  ///< is not written to the journal
};

/// Makes a spare terminal (see Configure) that of a session. Answered by `Prepared`.
struct Prepare {
  static constexpr std::uint8_t kType = 3;
  static constexpr std::size_t kDescriptors = 0;
  std::string cwd;                     ///< empty = as it is
  core::Milliseconds orphan_limit{0};  ///< once it is prepared; 0 = as it is
};

/// Signals a command's process tree. One that is not running any more is no error.
struct Interrupt {
  static constexpr std::uint8_t kType = 4;
  static constexpr std::size_t kDescriptors = 0;
  core::JobId job_id;  ///< empty = whatever runs
  core::StopMode how = core::StopMode::interrupt;
};

/// Feeds a command that was started with an open stdin or on a terminal. Answered by `InputTaken`.
struct Input {
  static constexpr std::uint8_t kType = 5;
  static constexpr std::size_t kDescriptors = 0;
  core::JobId job_id;
  std::string bytes;
  bool eof = false;
  std::string key;        ///< input with the same key is taken once; empty = always taken
  std::int64_t call = 0;  ///< comes back with the answer
};

/// First message on every link but the first: the host replays what its journal has after
/// `after_seq`, then says what runs (`Running`).
struct Resume {
  static constexpr std::uint8_t kType = 6;
  static constexpr std::size_t kDescriptors = 0;
  std::int64_t after_seq = 0;
};

/// The service has committed everything up to `up_to_seq`.
struct Trim {
  static constexpr std::uint8_t kType = 7;
  static constexpr std::size_t kDescriptors = 0;
  std::int64_t up_to_seq = 0;
};

/// Ends the terminal: after its command, by interrupting it (then harder), or at once.
struct End {
  static constexpr std::uint8_t kType = 8;
  static constexpr std::size_t kDescriptors = 0;
  core::StopMode mode = core::StopMode::interrupt;
};

/// Answered by `Pong`.
struct Ping {
  static constexpr std::uint8_t kType = 9;
  static constexpr std::size_t kDescriptors = 0;
};

/// Where the output of the next commands goes: with it travel two files, for stdout and stderr.
/// Each command begins them anew. Before the first `Run`, and whenever the service keeps the files.
struct Output {
  static constexpr std::uint8_t kType = 10;
  static constexpr std::size_t kDescriptors = 2;
};

/// Changes the size of the terminal.
struct Resize {
  static constexpr std::uint8_t kType = 11;
  static constexpr std::size_t kDescriptors = 0;
  std::int64_t rows = 24;
  std::int64_t cols = 80;
};

// --- From the host to the service ---

/// A shell waits for commands: the first one, or a new one after the last has ended.
struct Ready {
  static constexpr std::uint8_t kType = 65;
  static constexpr std::size_t kDescriptors = 0;
  std::int64_t shell_pid = 0;
  std::string shell_version;
  std::string cwd;
  bool restarted = false;
};

/// In the journal before the command starts. `seq` counts journal records, from 1.
struct Accepted {
  static constexpr std::uint8_t kType = 66;
  static constexpr std::size_t kDescriptors = 0;
  std::int64_t seq = 0;
  core::JobId job_id;
  std::string context;  ///< Run's
};

struct Started {
  static constexpr std::uint8_t kType = 67;
  static constexpr std::size_t kDescriptors = 0;
  core::JobId job_id;
  core::Timestamp started_at{};
};

/// Bytes in the files so far, and whether the command waits for input; at most every 50 ms and only
/// when something has changed.
struct Progress {
  static constexpr std::uint8_t kType = 68;
  static constexpr std::size_t kDescriptors = 0;
  core::JobId job_id;
  std::int64_t stdout_bytes = 0;
  std::int64_t stderr_bytes = 0;
  bool awaiting_input = false;
};

/// The command has ended and all its output is in the files.
struct Finished {
  static constexpr std::uint8_t kType = 69;
  static constexpr std::size_t kDescriptors = 0;
  std::int64_t seq = 0;
  core::JobId job_id;
  std::optional<std::int64_t> exit_code;
  std::string signal;  ///< `SIGKILL`; empty unless a signal ended it
  bool timed_out = false;
  std::int64_t stdout_bytes = 0;
  std::int64_t stderr_bytes = 0;
  std::string cwd;  ///< the session's directory afterwards
  core::Timestamp started_at{};
  core::Timestamp finished_at{};
  bool shell_restarted = false;
  std::string message;  ///< what an agent must know besides
  /// Both or none; see kMaxInlineBytes, and in the journal kMaxJournalOutputBytes.
  std::optional<std::string> stdout_inline;
  std::optional<std::string> stderr_inline;
};

struct Rejected {
  static constexpr std::uint8_t kType = 70;
  static constexpr std::size_t kDescriptors = 0;
  core::JobId job_id;
  core::Error error;
};

/// End of the replay that `Resume` asked for.
struct Running {
  static constexpr std::uint8_t kType = 71;
  static constexpr std::size_t kDescriptors = 0;
  core::JobId job_id;  ///< empty = idle
  std::int64_t stdout_bytes = 0;
  std::int64_t stderr_bytes = 0;
  std::string cwd;
};

/// The terminal is over; the host exits. In the journal.
struct ShellEnded {
  static constexpr std::uint8_t kType = 72;
  static constexpr std::size_t kDescriptors = 0;
  std::int64_t seq = 0;
  core::Error error;
};

struct Prepared {
  static constexpr std::uint8_t kType = 73;
  static constexpr std::size_t kDescriptors = 0;
  std::optional<core::Error> error;
  std::string cwd;
};

struct Pong {
  static constexpr std::uint8_t kType = 74;
  static constexpr std::size_t kDescriptors = 0;
};

struct InputTaken {
  static constexpr std::uint8_t kType = 75;
  static constexpr std::size_t kDescriptors = 0;
  std::int64_t call = 0;
  std::optional<core::Error> error;  ///< then nothing was taken
};

using Message = std::variant<Configure, Run, Prepare, Interrupt, Input, Resume, Trim, End, Ping,
                             Output, Resize, Ready, Accepted, Started, Progress, Finished, Rejected,
                             Running, ShellEnded, Prepared, Pong, InputTaken>;

std::string encode(const Message& message);

/// Nothing for a type this release does not know: it is to be passed over.
core::Result<std::optional<Message>> decode(const Record& record);

/// How many descriptors travel with a message.
std::size_t descriptor_count(const Message& message);

}  // namespace berth::hostproto
