#include "service/shells/report.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace berth::shells {
namespace {

// Two directories of the longest kind fit many times; anything longer is not a report.
constexpr std::size_t kMaxRecordBytes = std::size_t{64} << 10U;

}  // namespace

std::optional<Report::Kind> kind_of(char letter) {
  switch (letter) {
    case 'R':
      return Report::Kind::ready;
    case 'S':
      return Report::Kind::started;
    case 'I':
      return Report::Kind::unwinding;
    case 'D':
      return Report::Kind::done;
    case 'X':
      return Report::Kind::exiting;
    default:
      return std::nullopt;
  }
}

int number_of(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void ReportReader::feed(std::string_view bytes, const std::function<void(const Report&)>& take) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find(record_end_);
    if (end == std::string_view::npos) {
      if (partial_.size() + bytes.size() <= kMaxRecordBytes) {
        partial_ += bytes;
      } else {
        partial_.clear();
      }
      return;
    }
    partial_ += bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    const std::string record = std::exchange(partial_, {});
    if (const auto report = read(record)) take(*report);
  }
}

bool ReportReader::take_nonce(std::string_view& text) const {
  const auto nonce = std::ranges::find_if(
      nonces_, [&](const std::string& candidate) { return text.starts_with(candidate); });
  if (nonce == nonces_.end()) return false;
  text.remove_prefix(nonce->size());
  return true;
}

std::optional<Report> RecordReader::read(std::string_view record) {
  if (record.empty()) return std::nullopt;
  const char kind = record[0];
  record.remove_prefix(1);
  if (!take_nonce(record)) return std::nullopt;
  switch (kind) {
    case 'V':
      next_.version = record;
      return std::nullopt;
    case 'P':
      next_.cwd = record;
      return std::nullopt;
    case 'O':
      next_.previous_cwd = record;
      return std::nullopt;
    default:
      break;
  }
  const auto known = kind_of(kind);
  if (!known) return std::nullopt;
  next_.kind = *known;
  next_.status = number_of(record);
  return std::exchange(next_, {});
}

}  // namespace berth::shells
