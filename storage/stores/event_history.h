#pragma once

#include "service/core/event_history.h"
#include "storage/stores/reader_pool.h"
#include "storage/stores/record_writer.h"

namespace berth::storage {

/// The event log for those who follow it, read by threads of its own: a long replay delays no other
/// query. Any thread.
class StoredEventHistory final : public core::EventHistory {
 public:
  /// Rows looked at for one page, at most: a filter that matches little must not hold a snapshot.
  static constexpr std::size_t kMaxScanned = 20'000;

  StoredEventHistory(ReaderPool& readers, const RecordWriter& writer)
      : readers_(readers), writer_(writer) {}

  void read(std::int64_t after, core::EventFilter filter, core::EventFormat format,
            std::size_t max_bytes, Done<core::EventPage> done) override;
  void last_before(core::Timestamp time, Done<std::int64_t> done) override;
  std::int64_t last_id() const override { return writer_.last_event_id(); }

 private:
  ReaderPool& readers_;
  const RecordWriter& writer_;
};

}  // namespace berth::storage
