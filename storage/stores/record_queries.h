#pragma once

#include <functional>
#include <optional>
#include <string>

#include "service/core/store.h"
#include "storage/sqlite/writer.h"
#include "storage/stores/reader_pool.h"

namespace berth::storage {

/// Answers queries from the reader pool, each posted back to the core loop. A read sees everything
/// that was given to the writer before the call.
class RecordQueries final : public core::Queries {
 public:
  RecordQueries(ReaderPool& readers, sqlite::Writer& writer, sqlite::Post post);

  void connections(core::ListFilter filter, Done<core::Page<core::ConnectionRecord>> done) override;
  void sessions(core::ListFilter filter, Done<core::Page<core::SessionRecord>> done) override;
  void jobs(core::ListFilter filter, Done<core::Page<core::JobRecord>> done) override;
  void job(core::JobId id, Done<core::JobRecord> done) override;
  void job_by_key(std::string client_id, std::string request_key, std::string link_key,
                  Done<std::optional<core::JobRecord>> done) override;
  void excess_jobs(core::JobRetention keep, std::size_t limit,
                   Done<std::vector<core::JobId>> done) override;
  void excess_history(core::HistoryRetention keep, std::size_t limit,
                      Done<core::HistoryErasure> done) override;
  void requests(core::ListFilter filter, Done<core::Page<core::RequestRecord>> done) override;
  void request(core::RequestId id, Done<core::RequestRecord> done) override;
  void events(core::EventQuery query, Done<core::Page<core::EventRecord>> done) override;

 private:
  template <class T>
  void submit(std::function<core::Result<T>(sqlite::Database&)> read, Done<T> done);

  ReaderPool& readers_;
  sqlite::Writer& writer_;
  sqlite::Post post_;
};

}  // namespace berth::storage
