#include "api/mcp/session_streams.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::api_mcp {
namespace {

constexpr char kAnswer = 'a';
constexpr char kListening = 'l';

}  // namespace

std::shared_ptr<EventStream> SessionStreams::make(char kind, std::optional<mcp::Revision> revision,
                                                  std::size_t max_kept_bytes) {
  // Clients of before would take an event without a message for one that is broken.
  const bool primed = revision && *revision >= mcp::Revision::r2025_11_25;
  return std::make_shared<EventStream>(loop_, fmt::format("{}{}", kind, next_++), primed,
                                       max_kept_bytes);
}

std::shared_ptr<EventStream> SessionStreams::for_answer(std::optional<mcp::Revision> revision) {
  forget();
  return answers_.emplace_back(make(kAnswer, revision, EventStream::kMaxKeptBytes));
}

std::shared_ptr<EventStream> SessionStreams::for_listening(std::optional<mcp::Revision> revision) {
  return make(kListening, revision, 0);
}

bool SessionStreams::is_listening(const EventPosition& position) {
  return position.stream.starts_with(kListening);
}

std::shared_ptr<EventStream> SessionStreams::find(const EventPosition& position) const {
  const auto found = std::ranges::find(answers_, position.stream, &EventStream::name);
  return found == answers_.end() ? nullptr : *found;
}

void SessionStreams::forget() {
  std::size_t count = 0;
  std::size_t bytes = 0;
  for (auto stream = answers_.rbegin(); stream != answers_.rend(); ++stream) {
    if (!(*stream)->ended()) continue;
    ++count;
    bytes += (*stream)->kept_bytes();
    if (count > 1 && (count > kMaxEnded || bytes > kMaxEndedBytes)) stream->reset();
  }
  std::erase(answers_, nullptr);
}

}  // namespace berth::api_mcp
