#include "service/host/journal_writer.h"

#include <algorithm>
#include <utility>

#include "service/platform/files.h"
#include "service/platform/pipes.h"

namespace berth::host {
namespace {

/// A service asks again for the last one at most; searched for every command.
constexpr std::size_t kRememberedJobs = 64;

}  // namespace

core::Result<std::int64_t> JournalWriter::append(hostproto::JournalEntry entry) {
  const std::int64_t seq = last_seq_ + 1;
  std::visit([&](auto& e) { e.seq = seq; }, entry);
  const std::string bytes = hostproto::encode_entry(entry);
  if (auto written = platform::write_at(file_.get(), bytes, size_); !written) {
    return core::fail(written.error());
  }
  size_ += bytes.size();
  last_seq_ = seq;
  if (const auto* accepted = std::get_if<hostproto::Accepted>(&entry)) {
    if (accepted_.size() >= kRememberedJobs) accepted_.pop_front();
    accepted_.emplace_back(accepted->job_id, seq);
  }
  return seq;
}

std::optional<std::int64_t> JournalWriter::accepted(const core::JobId& job) const {
  const auto found =
      std::ranges::find(accepted_, job, [](const auto& entry) { return entry.first; });
  if (found == accepted_.end()) return std::nullopt;
  return found->second;
}

std::vector<hostproto::JournalEntry> JournalWriter::after(std::int64_t seq) const {
  const auto bytes = platform::read_range(file_.get(), 0, size_);
  if (!bytes) return {};
  return hostproto::read_journal(*bytes, std::max(seq, trimmed_seq_)).entries;
}

void JournalWriter::trim(std::int64_t seq) {
  trimmed_seq_ = std::clamp(seq, trimmed_seq_, last_seq_);
  if (trimmed_seq_ == last_seq_) {
    if (size_ > 0 && platform::truncate_file(file_.get(), 0)) size_ = 0;
  } else if (size_ > hostproto::kJournalCompactBytes) {
    compact();
  }
}

/// Moves what is still needed to the front. The end mark behind it makes the file valid at every
/// moment: before it is cut, what lies behind does not count.
void JournalWriter::compact() {
  std::string kept;
  for (const auto& entry : after(trimmed_seq_)) kept += hostproto::encode_entry(entry);
  const std::string front = kept + hostproto::journal_end_mark();
  // Over itself it would not be valid at every moment; most of it is old as a rule.
  if (front.size() > size_ / 2) return;
  if (!platform::write_at(file_.get(), front, 0)) return;
  if (platform::truncate_file(file_.get(), kept.size())) size_ = kept.size();
}

}  // namespace berth::host
