#include "service/events/event_ring.h"

#include <algorithm>
#include <utility>

#include "service/core/event_text.h"
#include "service/events/gzip.h"

namespace berth::events {
namespace {

/// Long enough that a subscriber which is behind gets much at once, short enough to be dropped.
constexpr std::size_t kChunkBytes = std::size_t{128} << 10U;
constexpr std::size_t kSentText = static_cast<std::size_t>(Encoding::server_sent);

core::EventRecord without_data(const core::EventRecord& event) {
  core::EventRecord copy;
  copy.id = event.id;
  copy.time = event.time;
  copy.type = event.type;
  copy.severity = event.severity;
  copy.source = event.source;
  copy.source_id = event.source_id;
  copy.client_id = event.client_id;
  copy.session_id = event.session_id;
  copy.job_id = event.job_id;
  copy.request_id = event.request_id;
  copy.connection_id = event.connection_id;
  copy.upstream = event.upstream;
  copy.correlation_id = event.correlation_id;
  copy.data.clear();
  return copy;
}

}  // namespace

void EventRing::Chunk::add(const core::EventRecord& event) {
  Encoded& sent = encoded_[kSentText];
  const std::size_t begin = sent.text.size();
  core::append_event(sent.text, core::view_of(event), core::EventFormat::server_sent);
  sent.ends.push_back(sent.text.size());
  json_begins_.push_back(sent.text.find("\ndata: ", begin) + std::string_view("\ndata: ").size());
  events_.push_back(without_data(event));  // they are in the text
}

std::string_view EventRing::Chunk::sent_text(std::size_t index) const {
  const Encoded& sent = encoded_[kSentText];
  const std::size_t begin = index == 0 ? 0 : sent.ends[index - 1];
  return std::string_view(sent.text).substr(begin, sent.ends[index] - begin);
}

std::string_view EventRing::Chunk::json(std::size_t index) const {
  const Encoded& sent = encoded_[kSentText];
  const std::size_t end = sent.ends[index] - std::string_view("\n\n").size();
  return std::string_view(sent.text).substr(json_begins_[index], end - json_begins_[index]);
}

/// Written when somebody first wants it.
EventRing::Chunk::Encoded& EventRing::Chunk::encoded(Encoding encoding) {
  Encoded& encoded = encoded_[static_cast<std::size_t>(encoding)];
  for (std::size_t i = encoded.ends.size(); i < events_.size(); ++i) {
    if (encoding == Encoding::server_sent_gzip) {
      append_gzip(encoded.text, sent_text(i));
    } else {
      encoded.text.append(json(i)).append(1, '\n');
    }
    encoded.ends.push_back(encoded.text.size());
  }
  return encoded;
}

std::size_t EventRing::Chunk::offset(Encoding encoding, std::size_t index) {
  return index == 0 ? 0 : encoded(encoding).ends[index - 1];
}

std::size_t EventRing::Chunk::event_at(Encoding encoding, std::size_t byte) {
  const auto& ends = encoded(encoding).ends;
  return static_cast<std::size_t>(std::ranges::upper_bound(ends, byte) - ends.begin());
}

std::string_view EventRing::Chunk::text(Encoding encoding, std::size_t from, std::size_t to) {
  const std::size_t begin = offset(encoding, from);
  return std::string_view(encoded(encoding).text).substr(begin, offset(encoding, to) - begin);
}

std::size_t EventRing::Chunk::bytes() const {
  std::size_t bytes = events_.size() * sizeof(core::EventRecord);
  for (const Encoded& each : encoded_) bytes += each.text.size();
  return bytes;
}

void EventRing::append(const core::CommittedEvents& batch) {
  if (batch.prev_id != tail_) skip_to(batch.prev_id);
  for (const core::EventRecord& event : batch.events) {
    if (chunks_.empty() || chunks_.back().encoded_[kSentText].text.size() >= kChunkBytes) {
      drop_old();
      chunks_.emplace_back();
    }
    chunks_.back().add(event);
  }
  tail_ = batch.last_id;
}

void EventRing::skip_to(std::int64_t last_id) {
  first_ += chunks_.size();
  chunks_.clear();
  bytes_ = 0;
  tail_ = last_id;
  floor_ = last_id;
}

/// Looked at when a chunk is full: the newest is not counted yet.
void EventRing::drop_old() {
  bytes_ = 0;
  for (const Chunk& each : chunks_) bytes_ += each.bytes();
  while (chunks_.size() > 1 && bytes_ > max_bytes_) {
    bytes_ -= chunks_.front().bytes();
    floor_ = chunks_.front().events_.back().id;
    chunks_.pop_front();
    ++first_;
  }
}

EventRing::Position EventRing::find(std::int64_t id) const {
  const auto chunk = std::ranges::partition_point(
      chunks_, [id](const Chunk& each) { return each.events_.back().id <= id; });
  if (chunk == chunks_.end()) {
    // Behind the newest: it goes on there.
    if (chunks_.empty()) return {first_, 0};
    return {first_ + chunks_.size() - 1, chunks_.back().size()};
  }
  const auto event = std::ranges::partition_point(
      chunk->events_, [id](const core::EventRecord& each) { return each.id <= id; });
  return {first_ + static_cast<std::uint64_t>(chunk - chunks_.begin()),
          static_cast<std::size_t>(event - chunk->events_.begin())};
}

EventRing::Chunk* EventRing::chunk(const Position& position) {
  if (position.chunk < first_ || position.chunk >= first_ + chunks_.size()) return nullptr;
  return &chunks_[static_cast<std::size_t>(position.chunk - first_)];
}

}  // namespace berth::events
