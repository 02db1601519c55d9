#include "storage/stores/jobs.h"

#include "storage/stores/list_query.h"

namespace berth::storage {
namespace {

using core::JobRecord;
using core::JobState;

// Word for word the conditions of the indexes jobs_open and jobs_unsuccessful: only so are they
// used.
constexpr std::string_view kOpen = "state IN ('queued', 'running')";
constexpr std::string_view kUnsuccessful = "state NOT IN ('queued', 'running', 'succeeded')";

}  // namespace

core::Result<core::Page<JobRecord>> list_jobs(sqlite::Database& database,
                                              const core::ListFilter& filter) {
  ListQuery query(select_sql<JobRecord>());
  query.where_set("client_id = ?", filter.client_id)
      .where_set("session_id = ?", filter.session_id.str())
      .where_set("state = ?", filter.state);
  if (filter.session_id) query.where("session_id <> ''");
  if (const auto state = core::parse_job_state(filter.state)) {
    if (!core::is_final(*state)) query.where(kOpen);
    if (core::is_final(*state) && *state != JobState::succeeded) query.where(kUnsuccessful);
  }
  if (auto paged = page_by_time(query, "created_at", filter.cursor); !paged) {
    return core::fail(paged.error());
  }
  return read_page<JobRecord>(database, std::move(query), filter.limit, [](const JobRecord& last) {
    return to_text(TimeCursor{last.created_at, last.id.str()});
  });
}

core::Result<std::optional<JobRecord>> find_job(sqlite::Database& database, const core::JobId& id) {
  static const std::string sql = select_sql<JobRecord>() + " WHERE id = ?";
  sqlite::Statement rows = database.statement(sql);
  rows.bind(id.str());
  return take_one<JobRecord>(rows);
}

core::Result<std::optional<JobRecord>> find_job_by_key(sqlite::Database& database,
                                                       const std::string& client_id,
                                                       const std::string& request_key,
                                                       const std::string& link_key) {
  // The second condition lets the partial index be used.
  static const std::string by_request =
      select_sql<JobRecord>() + " WHERE client_id = ? AND request_key = ? AND request_key <> ''";
  static const std::string by_link =
      select_sql<JobRecord>() + " WHERE client_id = ? AND link_key = ? AND link_key <> ''";
  if (!request_key.empty()) {
    sqlite::Statement rows = database.statement(by_request);
    rows.bind(client_id).bind(request_key);
    auto found = take_one<JobRecord>(rows);
    if (!found || *found) return found;
  }
  if (link_key.empty()) return std::nullopt;
  sqlite::Statement rows = database.statement(by_link);
  rows.bind(client_id).bind(link_key);
  return take_one<JobRecord>(rows);
}

core::Result<std::vector<JobRecord>> open_jobs(sqlite::Database& database) {
  return read_all<JobRecord>(database, std::string(select_sql<JobRecord>())
                                           .append(" WHERE ")
                                           .append(kOpen)
                                           .append(" ORDER BY created_at, id"));
}

core::Result<void> erase_job(sqlite::Database& database, const core::JobErasure& erasure) {
  const auto sql = [&]() -> std::string {
    switch (erasure.what) {
      case core::JobErasure::What::keys:
        return "UPDATE jobs SET request_key = '', link_key = '' WHERE id = ?";
      case core::JobErasure::What::contents:
        return "UPDATE jobs SET command = x'', env_json = '{}', stdin_text = x'', "
               "message = 'Its command, input and output were purged.', "
               "stdout_whole = x'', stderr_whole = x'' WHERE id = ?";
      case core::JobErasure::What::record:
        break;
    }
    return "DELETE FROM jobs WHERE id = ?";
  }();
  sqlite::Statement statement = database.statement(sql);
  statement.bind(erasure.id.str());
  return statement.run();
}

core::Result<std::vector<core::JobId>> excess_jobs(sqlite::Database& database,
                                                   const core::JobRetention& keep,
                                                   std::size_t limit) {
  // Over the final ones from the newest to the oldest: how many there are so far, and how large
  // their files. Output in the row itself is small and goes with the count.
  sqlite::Statement rows = database.statement(
      "SELECT id FROM (SELECT id, created_at, finished_at, "
      "row_number() OVER newest AS number, "
      "sum(CASE WHEN stdout_whole IS NULL THEN stdout_bytes + stderr_bytes ELSE 0 END) "
      "OVER newest AS bytes FROM jobs WHERE state NOT IN ('queued', 'running') "
      "WINDOW newest AS (ORDER BY created_at DESC, id DESC)) "
      "WHERE finished_at < ? OR number > ? OR bytes > ? ORDER BY created_at, id LIMIT ?");
  rows.bind(keep.since.time_since_epoch().count());
  rows.bind(keep.count);
  rows.bind(keep.bytes);
  rows.bind(static_cast<std::int64_t>(limit));
  std::vector<core::JobId> ids;
  for (;;) {
    const auto found = rows.step();
    if (!found) return core::fail(found.error());
    if (!*found) return ids;
    ids.push_back(core::JobId::trusted(rows.take_text()));
  }
}

}  // namespace berth::storage
