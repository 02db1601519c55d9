#include "service/hostproto/journal.h"

#include <algorithm>

namespace berth::hostproto {
namespace {

constexpr std::uint8_t kEndMark = 127;

}  // namespace

std::int64_t seq_of(const JournalEntry& entry) {
  return std::visit([](const auto& e) { return e.seq; }, entry);
}

std::string encode_entry(const JournalEntry& entry) {
  return std::visit([](const auto& e) { return encode(e); }, entry);
}

std::string journal_end_mark() {
  return RecordWriter(kEndMark).take();
}

Journal read_journal(std::string_view bytes, std::int64_t after_seq) {
  Journal journal;
  RecordReader reader;
  reader.feed(bytes);
  for (;;) {
    const auto record = reader.next();
    if (!record || !*record || (*record)->type == kEndMark) return journal;
    const auto message = decode(**record);
    if (!message) return journal;
    journal.valid_bytes = reader.consumed_bytes();
    if (!*message) continue;
    const auto keep = [&](const auto& entry) {
      journal.last_seq = std::max(journal.last_seq, entry.seq);
      if (entry.seq > after_seq) journal.entries.emplace_back(entry);
    };
    if (const auto* accepted = std::get_if<Accepted>(&**message)) keep(*accepted);
    if (const auto* finished = std::get_if<Finished>(&**message)) keep(*finished);
    if (const auto* ended = std::get_if<ShellEnded>(&**message)) keep(*ended);
  }
}

}  // namespace berth::hostproto
