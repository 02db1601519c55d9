#include "service/jobs/output_reader.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "service/core/text.h"

namespace berth::jobs {
namespace {

constexpr std::size_t kChunk = 256 * 1024;
// A line longer than this is matched in pieces: memory stays flat whatever a program prints.
constexpr std::size_t kMaxLine = 1024 * 1024;
constexpr std::size_t kMaxPattern = 4'096;

std::int64_t to_signed(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

core::Result<void> read_range(const OutputSource& source, const core::OutputRequest& request,
                              core::OutputView& view) {
  const auto offset =
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, request.offset.value_or(0)));
  auto bytes = source.read(offset, request.limit);
  if (!bytes) return core::fail(bytes.error());
  view.offset = to_signed(offset);
  view.bytes = std::move(*bytes);
  view.next_offset = view.offset + to_signed(view.bytes.size());
  return {};
}

/// Goes back from the end until enough line ends are seen or the limit is reached.
core::Result<void> read_tail(const OutputSource& source, const core::OutputRequest& request,
                             std::uint64_t total, core::OutputView& view) {
  const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(0, *request.tail_lines));
  std::uint64_t begin = total;
  std::string tail;
  std::size_t lines = 0;
  std::size_t cut = 0;
  bool found = wanted == 0;
  while (!found && begin > 0 && tail.size() < request.limit) {
    const std::size_t length =
        static_cast<std::size_t>(std::min<std::uint64_t>(std::min(kChunk, request.limit), begin));
    auto chunk = source.read(begin - length, length);
    if (!chunk) return core::fail(chunk.error());
    begin -= length;
    tail.insert(0, *chunk);
    // The last byte's line end belongs to the last line; those before it separate lines.
    for (std::size_t at = length; at-- > 0;) {
      if (tail[at] != '\n' || begin + at + 1 == total) continue;
      if (++lines == wanted) {
        cut = at + 1;
        found = true;
        break;
      }
    }
  }
  if (wanted == 0) tail.clear();
  tail.erase(0, cut);
  if (tail.size() > request.limit) tail.erase(0, tail.size() - request.limit);
  view.offset = to_signed(total - tail.size());
  view.bytes = std::move(tail);
  view.next_offset = to_signed(total);
  return {};
}

core::Result<void> read_matches(const OutputSource& source, const core::OutputRequest& request,
                                std::uint64_t total, core::OutputView& view) {
  if (request.grep.size() > kMaxPattern) {
    return core::fail(core::ErrorCode::invalid_argument,
                      fmt::format("grep is longer than {} bytes", kMaxPattern), "grep");
  }
  RE2::Options options;
  options.set_log_errors(false);
  options.set_encoding(RE2::Options::EncodingLatin1);  // output is bytes, valid UTF-8 or not
  const RE2 pattern(request.grep, options);
  if (!pattern.ok()) {
    return core::fail(core::ErrorCode::invalid_argument,
                      fmt::format("grep is not a valid RE2 pattern: {}", pattern.error()), "grep");
  }
  const auto first =
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, request.offset.value_or(0)));
  std::uint64_t at = first;
  std::uint64_t line_end = first;  // everything before it has been matched
  std::string pending;
  bool full = false;
  while (!full && at < total) {
    auto chunk =
        source.read(at, static_cast<std::size_t>(std::min<std::uint64_t>(kChunk, total - at)));
    if (!chunk) return core::fail(chunk.error());
    if (chunk->empty()) break;
    at += chunk->size();
    pending += *chunk;
    std::size_t begin = 0;
    for (;;) {
      std::size_t end = pending.find('\n', begin);
      const bool last = end == std::string::npos;
      if (last && at < total && pending.size() - begin < kMaxLine) break;
      if (last && begin == pending.size()) break;
      end = last ? pending.size() : end + 1;
      const std::string_view line(pending.data() + begin, end - begin);
      const std::string_view content =
          line.ends_with('\n') ? line.substr(0, line.size() - 1) : line;
      if (RE2::PartialMatch(re2::StringPiece(content.data(), content.size()), pattern)) {
        if (!view.bytes.empty() && view.bytes.size() + line.size() > request.limit) {
          full = true;
          break;
        }
        view.bytes += line.substr(0, request.limit);
      }
      line_end += line.size();
      begin = end;
    }
    pending.erase(0, begin);
  }
  view.offset = to_signed(first);
  view.next_offset = to_signed(line_end);
  return {};
}

}  // namespace

std::string how_to_read(const core::JobId& id, core::OutputStream stream, std::size_t offset) {
  return fmt::format("read_output job_id={} stream={} offset={}", id.str(), core::to_string(stream),
                     offset);
}

core::Result<core::OutputView> read_output(const OutputSource& source,
                                           const core::OutputRequest& request, bool ended) {
  core::OutputView view;
  view.job_id = request.job_id;
  view.stream = request.stream;
  const auto size = source.size();
  if (!size) return core::fail(size.error());
  view.total_bytes = to_signed(*size);
  core::Result<void> read;
  if (!request.grep.empty()) {
    read = read_matches(source, request, *size, view);
  } else if (request.tail_lines) {
    read = read_tail(source, request, *size, view);
  } else {
    read = read_range(source, request, view);
  }
  if (!read) return core::fail(read.error());
  view.eof = ended && view.next_offset >= view.total_bytes;
  return view;
}

core::Result<Excerpt> read_excerpt(const OutputSource& source, const core::JobId& id,
                                   core::OutputStream stream, std::size_t limit) {
  const auto size = source.size();
  if (!size) return core::fail(size.error());
  const auto total = static_cast<std::size_t>(*size);
  const core::HeadTail plan = core::plan_head_tail(total, limit);
  const auto head = source.read(0, plan.head_bytes);
  if (!head) return core::fail(head.error());
  const auto tail = source.read(total - plan.tail_bytes, plan.tail_bytes);
  if (!tail) return core::fail(tail.error());
  Excerpt excerpt;
  excerpt.total_bytes = to_signed(*size);
  excerpt.truncated = plan.head_bytes + plan.tail_bytes < total;
  excerpt.text = core::to_readable_text(
      core::join_head_tail(*head, *tail, total, how_to_read(id, stream, plan.head_bytes)));
  return excerpt;
}

}  // namespace berth::jobs
