#include "service/host/stream_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "service/hostproto/messages.h"
#include "service/platform/pipes.h"

namespace berth::host {
namespace {

constexpr auto kMaxInlineBytes = static_cast<std::int64_t>(hostproto::kMaxInlineBytes);

}  // namespace

bool StreamFile::wants_copies() const {
  return error_.has_value() || no_moving_ || bytes_ <= kMaxInlineBytes;
}

void StreamFile::store(std::string_view bytes) {
  if (error_ || bytes.empty()) return;
  const auto room = static_cast<std::size_t>(max_bytes_ - bytes_);
  const std::string_view kept = bytes.substr(0, room);
  if (auto written = platform::write_at(file_, kept, static_cast<std::uint64_t>(bytes_));
      !written) {
    return refuse(written.error());
  }
  bytes_ += static_cast<std::int64_t>(kept.size());
  if (bytes_ <= kMaxInlineBytes) {
    head_ += kept;
  } else {
    head_ = {};
  }
  if (kept.size() < bytes.size()) {
    refuse({core::ErrorCode::limit_exceeded,
            fmt::format("a job keeps at most {} bytes of it (jobs.max_job_bytes)", max_bytes_),
            {},
            std::nullopt});
  }
}

std::optional<StreamFile::Moved> StreamFile::move_from(int pipe, std::size_t limit) {
  const auto room = static_cast<std::size_t>(max_bytes_ - bytes_);
  if (wants_copies() || room == 0) return std::nullopt;
  const auto moved = platform::move_to_file(pipe, file_, static_cast<std::uint64_t>(bytes_),
                                            std::min(limit, room));
  if (!moved) {
    if (moved.error().code == core::ErrorCode::unsupported) {
      no_moving_ = true;
    } else {
      refuse(moved.error());
    }
    return std::nullopt;
  }
  bytes_ += static_cast<std::int64_t>(moved->bytes);
  return Moved{moved->bytes, moved->ended};
}

void StreamFile::refuse(core::Error error) {
  if (!error_) error_ = std::move(error);
}

}  // namespace berth::host
