#include "storage/stores/record_queries.h"

#include <utility>

#include "storage/stores/connections.h"
#include "storage/stores/events.h"
#include "storage/stores/history.h"
#include "storage/stores/jobs.h"
#include "storage/stores/requests.h"
#include "storage/stores/sessions.h"

namespace berth::storage {

using sqlite::Database;

RecordQueries::RecordQueries(ReaderPool& readers, sqlite::Writer& writer, sqlite::Post post)
    : readers_(readers), writer_(writer), post_(std::move(post)) {}

template <class T>
void RecordQueries::submit(std::function<core::Result<T>(Database&)> read, Done<T> done) {
  ReaderPool::Read task = [this, read = std::move(read),
                           done = std::move(done)](core::Result<Database*> database) {
    core::Result<T> answer = database ? read(**database) : core::fail(database.error());
    post_([done, answer = std::move(answer)]() mutable { done(std::move(answer)); });
  };
  writer_.when_idle([this, task = std::move(task)] { readers_.submit(task); });
}

void RecordQueries::connections(core::ListFilter filter,
                                Done<core::Page<core::ConnectionRecord>> done) {
  submit<core::Page<core::ConnectionRecord>>(
      [filter = std::move(filter)](Database& database) {
        return list_connections(database, filter);
      },
      std::move(done));
}

void RecordQueries::sessions(core::ListFilter filter, Done<core::Page<core::SessionRecord>> done) {
  submit<core::Page<core::SessionRecord>>(
      [filter = std::move(filter)](Database& database) { return list_sessions(database, filter); },
      std::move(done));
}

void RecordQueries::jobs(core::ListFilter filter, Done<core::Page<core::JobRecord>> done) {
  submit<core::Page<core::JobRecord>>(
      [filter = std::move(filter)](Database& database) { return list_jobs(database, filter); },
      std::move(done));
}

void RecordQueries::job(core::JobId id, Done<core::JobRecord> done) {
  submit<core::JobRecord>(
      [id = std::move(id)](Database& database) -> core::Result<core::JobRecord> {
        auto found = find_job(database, id);
        if (!found) return core::fail(found.error());
        if (!*found) {
          return core::fail(core::ErrorCode::not_found, "there is no job " + id.str(), "job_id");
        }
        return std::move(**found);
      },
      std::move(done));
}

void RecordQueries::job_by_key(std::string client_id, std::string request_key, std::string link_key,
                               Done<std::optional<core::JobRecord>> done) {
  submit<std::optional<core::JobRecord>>(
      [client_id = std::move(client_id), request_key = std::move(request_key),
       link_key = std::move(link_key)](Database& database) {
        return find_job_by_key(database, client_id, request_key, link_key);
      },
      std::move(done));
}

void RecordQueries::excess_jobs(core::JobRetention keep, std::size_t limit,
                                Done<std::vector<core::JobId>> done) {
  submit<std::vector<core::JobId>>(
      [keep, limit](Database& database) { return storage::excess_jobs(database, keep, limit); },
      std::move(done));
}

void RecordQueries::excess_history(core::HistoryRetention keep, std::size_t limit,
                                   Done<core::HistoryErasure> done) {
  submit<core::HistoryErasure>(
      [keep, limit](Database& database) { return storage::excess_history(database, keep, limit); },
      std::move(done));
}

void RecordQueries::requests(core::ListFilter filter, Done<core::Page<core::RequestRecord>> done) {
  submit<core::Page<core::RequestRecord>>(
      [filter = std::move(filter)](Database& database) { return list_requests(database, filter); },
      std::move(done));
}

void RecordQueries::request(core::RequestId id, Done<core::RequestRecord> done) {
  submit<core::RequestRecord>(
      [id = std::move(id)](Database& database) -> core::Result<core::RequestRecord> {
        auto found = find_request(database, id);
        if (!found) return core::fail(found.error());
        if (!*found) {
          return core::fail(core::ErrorCode::not_found, "there is no request " + id.str(),
                            "request_id");
        }
        return std::move(**found);
      },
      std::move(done));
}

void RecordQueries::events(core::EventQuery query, Done<core::Page<core::EventRecord>> done) {
  submit<core::Page<core::EventRecord>>(
      [query = std::move(query)](Database& database) { return list_events(database, query); },
      std::move(done));
}

}  // namespace berth::storage
