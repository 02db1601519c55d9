#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/core/store.h"
#include "storage/stores/table.h"

namespace berth::storage {

/// What the client asked for is written once; a job is stored about three times (queued, running,
/// finished), and its command and stdin may be large.
template <>
struct Table<core::JobRecord> {
  static constexpr std::string_view kName = "jobs";

  template <class Record, class Visit>
  static void columns(Record& job, Visit&& visit) {
    visit(fixed("id"), job.id);
    visit(fixed("session_id"), job.session_id);
    visit(changing("request_id"), job.request_id);
    visit(changing("host_id"), job.host_id);
    visit(fixed("client_id"), job.client_id);
    visit(fixed("principal"), job.principal);
    visit(fixed("correlation_id"), job.correlation_id);
    visit(fixed("request_key"), job.request_key);
    visit(fixed("link_key"), job.link_key);
    visit(changing("state"), job.state);
    visit(changing("exit_code"), job.exit_code);
    visit(changing("signal"), job.signal);
    visit(changing("dispatched"), job.dispatched);
    visit(changing("sync"), job.sync);
    visit(changing("background"), job.background);
    visit(fixed("stdin_mode"), job.stdin_mode);
    visit(fixed("tty"), job.tty);
    visit(fixed("timeout_ms"), job.timeout);
    visit(fixed("max_output_bytes"), job.max_output_bytes);
    visit(changing("stdout_bytes"), job.stdout_bytes);
    visit(changing("stderr_bytes"), job.stderr_bytes);
    visit(fixed("created_at"), job.created_at);
    visit(changing("started_at"), job.started_at);
    visit(changing("finished_at"), job.finished_at);
    visit(changing("shell"), job.shell);  // the default's name is filled in at dispatch
    visit(fixed("cwd"), job.cwd);
    visit(changing("cwd_after"), job.cwd_after);
    visit(changing("message"), job.message);
    visit(fixed("env_json"), job.env_json);
    visit(fixed("command"), Bytes{job.command});
    visit(fixed("stdin_text"), Bytes{job.stdin_text});
    visit(changing("stdout_whole"), Bytes{job.stdout_whole});
    visit(changing("stderr_whole"), Bytes{job.stderr_whole});
  }
};

/// Newest first; filters: client, state, session.
core::Result<core::Page<core::JobRecord>> list_jobs(sqlite::Database& database,
                                                    const core::ListFilter& filter);

core::Result<std::optional<core::JobRecord>> find_job(sqlite::Database& database,
                                                      const core::JobId& id);

/// The client's job with this key, its own or its bridge link's; empty keys match nothing.
core::Result<std::optional<core::JobRecord>> find_job_by_key(sqlite::Database& database,
                                                             const std::string& client_id,
                                                             const std::string& request_key,
                                                             const std::string& link_key);

core::Result<void> erase_job(sqlite::Database& database, const core::JobErasure& erasure);

/// Final jobs beyond what is to be kept, oldest first.
core::Result<std::vector<core::JobId>> excess_jobs(sqlite::Database& database,
                                                   const core::JobRetention& keep,
                                                   std::size_t limit);

/// All that are not final, oldest first.
core::Result<std::vector<core::JobRecord>> open_jobs(sqlite::Database& database);

}  // namespace berth::storage
