#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "service/hostproto/messages.h"

namespace berth::hostproto {

/// What a host writes down before it counts: records as on the link, one after the other, each with
/// a rising `seq`. The file ends at its last byte, at a record cut short (the host was killed while
/// writing) or at an end mark (see journal_end_mark).
using JournalEntry = std::variant<Accepted, Finished, ShellEnded>;

std::int64_t seq_of(const JournalEntry& entry);
std::string encode_entry(const JournalEntry& entry);

/// Ends the journal before the end of the file: it is written behind records that were moved to the
/// front, so that whatever lies behind it does not count.
std::string journal_end_mark();

struct Journal {
  std::vector<JournalEntry> entries;  ///< those after the asked seq
  std::int64_t last_seq = 0;
  std::size_t valid_bytes = 0;  ///< where the next record belongs
};

/// Reads a journal file's bytes. Never fails: what can't be read ends it.
Journal read_journal(std::string_view bytes, std::int64_t after_seq = 0);

/// Size above which a host moves what is still needed to the front; a journal never grows past it
/// by more than the records the service has not committed yet.
inline constexpr std::size_t kJournalCompactBytes = std::size_t{256} << 10U;
/// More than any journal has: how much of one to read.
inline constexpr std::size_t kMaxJournalBytes = std::size_t{64} << 20U;

}  // namespace berth::hostproto
