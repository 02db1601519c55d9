#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "service/core/error.h"
#include "service/core/ids.h"
#include "service/hostproto/journal.h"
#include "service/platform/descriptor.h"

namespace berth::host {

/// Appends to the journal file that the service made and reads. Not synced: it has to survive the
/// end of this process, not of the machine, which no command survives either. Loop thread.
class JournalWriter {
 public:
  explicit JournalWriter(platform::Descriptor file) : file_(std::move(file)) {}

  /// Gives the entry the next seq and writes it. On an error nothing was written.
  core::Result<std::int64_t> append(hostproto::JournalEntry entry);

  /// The seq under which a job was accepted; nothing if it was not, or so long ago (64 jobs) that
  /// the service can't ask for it again.
  std::optional<std::int64_t> accepted(const core::JobId& job) const;

  std::vector<hostproto::JournalEntry> after(std::int64_t seq) const;

  /// The service will not ask again for entries up to `seq`. Their room is given back at times.
  void trim(std::int64_t seq);

 private:
  void compact();

  platform::Descriptor file_;
  std::int64_t last_seq_ = 0;
  std::int64_t trimmed_seq_ = 0;
  std::uint64_t size_ = 0;
  std::deque<std::pair<core::JobId, std::int64_t>> accepted_;
};

}  // namespace berth::host
