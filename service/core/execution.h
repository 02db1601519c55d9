#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/core/cancellation.h"
#include "service/core/error.h"
#include "service/core/identity.h"
#include "service/core/job.h"
#include "service/core/queue.h"
#include "service/core/session.h"
#include "service/core/store.h"

namespace berth::core {

using EnvironmentList = std::vector<std::pair<std::string, std::string>>;

/// What is told of a call while it goes on.
struct CallProgress {
  double progress = 0;  ///< seconds since the call began; rises with each
  std::string message;  ///< for people: a place in the queue, new output; valid UTF-8
};

/// Called on the core loop until the call is answered; may be empty: nobody asked.
using ProgressSink = std::function<void(const CallProgress&)>;

struct SessionRequest {
  std::string shell;  ///< empty = the configured default
  std::string cwd;    ///< empty = the caller's
  EnvironmentList env;
  bool tty = false;
  int rows = 24;
  int cols = 80;
  std::string name;
  bool sync = true;
  Milliseconds wait{0};  ///< how long to wait for a terminal before answering `queued`
  std::string request_key;
  ProgressSink progress;
};

struct SessionView {
  SessionRecord session;
  // While it waits for a terminal:
  bool queued = false;
  RequestId request_id;
  std::int64_t position = 0;  ///< from 1
  Milliseconds eta{0};
};

struct CommandRequest {
  std::string command;
  SessionId session_id;  ///< none: a terminal of its own
  std::string shell;
  std::string cwd;
  EnvironmentList env;
  std::string stdin_text;
  bool open_stdin = false;
  bool tty = false;
  Milliseconds timeout{0};                ///< from start; 0 = none
  Milliseconds yield_after{45'000};       ///< from arrival: answer with what there is
  std::size_t max_output_bytes = 32'768;  ///< per stream
  std::string request_key;
  bool sync = true;
  bool background = false;  ///< answer at once, go on whatever becomes of the request
  ProgressSink progress;
};

/// A job with the part of its output that is shown.
struct JobView {
  JobRecord job;
  std::string stdout_text;  ///< valid UTF-8, readable (see text.h)
  std::string stderr_text;
  bool truncated = false;
  bool awaiting_input = false;
  std::optional<std::int64_t> position;  ///< while queued
  std::optional<Milliseconds> eta;
  Milliseconds duration{0};
};

enum class OutputStream { standard_output, standard_error };

/// `stdout`, `stderr`.
constexpr std::string_view to_string(OutputStream stream) {
  return stream == OutputStream::standard_output ? "stdout" : "stderr";
}

/// How much a job has printed there so far.
constexpr std::int64_t bytes_of(const JobRecord& job, OutputStream stream) {
  return stream == OutputStream::standard_output ? job.stdout_bytes : job.stderr_bytes;
}

/// Bounds of what a caller may ask for.
inline constexpr std::int64_t kMaxTailLines = 1'000'000;
inline constexpr std::int64_t kMaxReadBytes = 4'194'304;
inline constexpr Milliseconds kMaxWait{3'600'000};

/// One of offset, tail_lines and grep; none = from offset 0.
struct OutputRequest {
  JobId job_id;
  OutputStream stream = OutputStream::standard_output;
  std::optional<std::int64_t> offset;
  std::optional<std::int64_t> tail_lines;
  std::string grep;  ///< RE2; lines that match
  std::size_t limit = 65'536;
  Milliseconds wait{0};  ///< how long to wait for a running job to get beyond `offset`
};

struct OutputView {
  JobId job_id;
  OutputStream stream = OutputStream::standard_output;
  std::string bytes;  ///< exact; the tool layer makes it readable
  std::int64_t offset = 0;
  std::int64_t next_offset = 0;
  std::int64_t total_bytes = 0;
  bool eof = false;  ///< the job has ended and next_offset is the end
};

/// Input for a command that was started with an open stdin or on a tty.
struct InputRequest {
  JobId job_id;
  std::string bytes;
  bool has_keys = false;    ///< some of the bytes stand for keys, which only a tty understands
  bool eof = false;         ///< nothing comes after it
  std::string request_key;  ///< input with the same key is taken once
  std::int64_t rows = 0;    ///< the tty's new size, before the input; both, 0 = as it is
  std::int64_t cols = 0;

  bool resizes() const { return rows > 0 && cols > 0; }
  bool is_empty() const { return bytes.empty() && !eof; }
};

inline constexpr std::int64_t kMaxTtySide = 1'000;

/// What is wrong with it whatever it is for.
Result<void> check(const InputRequest& request);

/// A request for a terminal and where it stands.
struct RequestView {
  RequestRecord request;
  std::int64_t position = 0;  ///< from 1; 0 = does not wait
  Milliseconds eta{0};
};

/// A look at the queue and its averages.
struct QueueStatistics {
  std::size_t active_sessions = 0;
  std::size_t peak_sessions = 0;
  std::size_t max_sessions = 0;            ///< configured
  std::size_t effective_max_sessions = 0;  ///< under the present load
  std::size_t used = 0;                    ///< terminals in use, with those of single commands
  std::size_t waiting_sync = 0;
  std::size_t waiting_async = 0;
  std::size_t peak_waiting = 0;
  Milliseconds average_wait_sync{0};
  Milliseconds average_wait_async{0};
  Milliseconds next_wait_sync{0};  ///< estimated, of a request that came now
  Milliseconds next_wait_async{0};
  Milliseconds estimate_error_sync{0};  ///< average of past estimates' errors
  Milliseconds estimate_error_async{0};
};

/// Sessions and commands, as tools and routes see them. Core loop; completions come there too,
/// possibly before the call returns. A caller sees and touches only what its client owns, unless
/// its scope is admin: other ids are not_found.
class Execution {
 public:
  template <class T>
  using Done = std::function<void(Result<T>)>;
  using Cancel = std::shared_ptr<Cancellation>;  ///< may be null: can't be cancelled

  virtual ~Execution() = default;

  virtual void start_session(const Caller& caller, SessionRequest request, Cancel cancel,
                             Done<SessionView> done) = 0;
  virtual void run_command(const Caller& caller, CommandRequest request, Cancel cancel,
                           Done<JobView> done) = 0;
  /// Waits up to `wait` for the job to end. Without `max_output_bytes` as much is shown as the
  /// command was started with.
  virtual void get_job(const Caller& caller, const JobId& id, Milliseconds wait,
                       std::optional<std::size_t> max_output_bytes, Cancel cancel,
                       Done<JobView> done) = 0;
  virtual void read_output(const Caller& caller, OutputRequest request, Cancel cancel,
                           Done<OutputView> done) = 0;
  /// Interrupts what the job runs, or the session's current command. `after_command` is not valid.
  virtual void interrupt_job(const Caller& caller, const JobId& id, StopMode how,
                             Done<void> done) = 0;
  /// The same, and the job is reported as cancelled whenever it ends: what the cancelling of a
  /// waiting run_command does. Its session goes on. conflict if it has ended.
  virtual void stop_job(const Caller& caller, const JobId& id, StopMode how, Done<void> done) = 0;
  virtual void interrupt_session(const Caller& caller, const SessionId& id, StopMode how,
                                 Done<void> done) = 0;
  virtual void end_session(const Caller& caller, const SessionId& id, StopMode mode,
                           Done<void> done) = 0;
  /// Done once the command's host has it.
  virtual void send_input(const Caller& caller, InputRequest request, Done<void> done) = 0;

  virtual void query_position(const Caller& caller, const RequestId& id,
                              Done<RequestView> done) = 0;
  /// Moves a waiting request to the other class; conflict if it does not wait any more.
  virtual void change_request_type(const Caller& caller, const RequestId& id, bool sync,
                                   Done<RequestView> done) = 0;
  /// Withdraws a request that waits, or stops what it has become as `mode` says. Says what was
  /// done.
  virtual void cancel_request(const Caller& caller, const RequestId& id, StopMode mode,
                              Done<std::string> done) = 0;
  virtual void cancel_job(const Caller& caller, const JobId& id, StopMode mode,
                          Done<std::string> done) = 0;
  /// Erases the output and text of a job that has ended.
  virtual void purge_job(const Caller& caller, const JobId& id, Done<void> done) = 0;
  /// Those that wait, in serving order: from `skip`, at most `limit`.
  virtual void list_queue(const Caller& caller, std::size_t skip, std::size_t limit,
                          Done<std::vector<RequestView>> done) = 0;
  virtual void list_requests(const Caller& caller, ListFilter filter,
                             Done<Page<RequestRecord>> done) = 0;
  virtual QueueStatistics queue_statistics() const = 0;

  virtual void list_sessions(const Caller& caller, ListFilter filter,
                             Done<Page<SessionRecord>> done) = 0;
  virtual void list_jobs(const Caller& caller, ListFilter filter, Done<Page<JobView>> done) = 0;
};

}  // namespace berth::core
