#include "service/shells/report.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace berth::shells {
namespace {

// Two directories of the longest kind fit many times; anything longer is not a report.
constexpr std::size_t kMaxRecordBytes = std::size_t{64} << 10U;

}  // namespace

void ReportReader::feed(std::string_view bytes, const std::function<void(const Report&)>& take) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\0');
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
    read(record, take);
  }
}

void ReportReader::read(std::string_view record, const std::function<void(const Report&)>& take) {
  if (record.empty()) return;
  const char kind = record[0];
  record.remove_prefix(1);
  const auto nonce = std::ranges::find_if(
      nonces_, [&](const std::string& candidate) { return record.starts_with(candidate); });
  if (nonce == nonces_.end()) return;
  record.remove_prefix(nonce->size());

  const auto complete = [&](Report::Kind as) {
    next_.kind = as;
    std::from_chars(record.data(), record.data() + record.size(), next_.status);
    take(std::exchange(next_, {}));
  };
  switch (kind) {
    case 'V':
      next_.version = record;
      break;
    case 'P':
      next_.cwd = record;
      break;
    case 'O':
      next_.previous_cwd = record;
      break;
    case 'R':
      complete(Report::Kind::ready);
      break;
    case 'S':
      complete(Report::Kind::started);
      break;
    case 'I':
      complete(Report::Kind::unwinding);
      break;
    case 'D':
      complete(Report::Kind::done);
      break;
    case 'X':
      complete(Report::Kind::exiting);
      break;
    default:
      break;
  }
}

}  // namespace berth::shells
