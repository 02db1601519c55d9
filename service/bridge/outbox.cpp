#include "service/bridge/outbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::bridge {
namespace {

// What the maps cost per message, so that many small ones are bounded too.
constexpr std::size_t kOverhead = 256;

std::size_t cost(const Outbox::Message& message) {
  return message.text.size() + kOverhead;
}

}  // namespace

Outbox::Iterator Outbox::add(Message message) {
  const std::uint64_t number = ++last_number_;
  unacknowledged_bytes_ += cost(message);
  if (message.unanswered) unanswered_.emplace(message.id, number);
  return messages_.emplace_hint(messages_.end(), number, std::move(message));
}

Outbox::Iterator Outbox::unanswered(std::string_view id) {
  const auto found = unanswered_.find(std::string(id));
  return found == unanswered_.end() ? messages_.end() : messages_.find(found->second);
}

void Outbox::answered(Iterator request) {
  no_longer_unanswered(request);
  forget_unless_needed(request);
}

void Outbox::cancelled(Iterator request, Iterator notification) {
  no_longer_unanswered(request);
  request->second.cancelled = true;
  notification->second.cancels = request->first;
}

void Outbox::take_slot(Iterator message, const std::string& slot) {
  clear_slot(slot);
  if (slots_.size() >= limits_.standing_messages) return;
  message->second.slot = slot;
  slots_.emplace(slot, message->first);
}

void Outbox::clear_slot(const std::string& slot) {
  const auto taken = slots_.find(slot);
  if (taken == slots_.end()) return;
  const Iterator message = messages_.find(taken->second);
  slots_.erase(taken);
  message->second.slot.clear();
  forget_unless_needed(message);
}

void Outbox::clear_slots() {
  while (!slots_.empty()) clear_slot(std::string(slots_.begin()->first));
}

core::Result<void> Outbox::acknowledge(std::uint64_t number) {
  if (number > last_number_) {
    return core::fail(
        core::ErrorCode::invalid_argument,
        fmt::format("the service acknowledged message {} of {}", number, last_number_));
  }
  Iterator next = messages_.upper_bound(acknowledged_);
  while (next != messages_.end() && next->first <= number) {
    const Iterator message = next++;
    mark_acknowledged(message->second);
    if (const Iterator request = messages_.find(message->second.cancels);
        request != messages_.end()) {
      request->second.cancelled = false;
      forget_unless_needed(request);
    }
    forget_unless_needed(message);
  }
  acknowledged_ = std::max(acknowledged_, number);
  return {};
}

Outbox::Replay Outbox::begin_epoch() {
  drop_withdrawn();
  acknowledged_ = 0;
  Replay replay;
  for (Iterator next = messages_.begin(); next != messages_.end();) {
    const Iterator at = next++;
    Message& message = at->second;
    const bool standing = !message.slot.empty();
    // A response answers a request of the epoch that has gone; a notification still tells
    // something.
    const bool news = message.kind == RpcKind::notification && !message.acknowledged;
    const bool let_go = message.text.empty();
    if (let_go && message.unanswered) replay.lost.push_back(message.id);
    if (let_go || !(message.unanswered || message.cancelled || standing || news)) {
      forget(at);
      continue;
    }
    if (message.kind == RpcKind::request && standing && !message.unanswered) {
      replay.hidden.emplace_back(message.id, message.slot);
    }
    if (message.acknowledged) {
      message.acknowledged = false;
      replay_bytes_ -= cost(message);
      unacknowledged_bytes_ += cost(message);
    }
  }
  return replay;
}

void Outbox::for_each_unacknowledged(
    const std::function<void(std::uint64_t, const Message&)>& send) {
  drop_withdrawn();
  for (const auto& [number, message] : messages_) {
    if (!message.acknowledged) send(number, message);
  }
}

bool Outbox::has_waiting_requests() const {
  return std::ranges::any_of(messages_, [](const auto& entry) {
    return entry.second.unanswered && !entry.second.long_lived;
  });
}

std::vector<Outbox::Expired> Outbox::expire(core::Instant now, core::Instant down_since) {
  return forget_waiting(
      [&](const Message& message) { return expiry_of(message, down_since) <= now; });
}

std::vector<Outbox::Expired> Outbox::give_up() {
  return forget_waiting([](const Message&) { return true; });
}

std::vector<Outbox::Expired> Outbox::forget_waiting(
    const std::function<bool(const Message&)>& due) {
  drop_withdrawn();
  std::vector<Expired> out;
  for (Iterator next = messages_.begin(); next != messages_.end();) {
    const Iterator at = next++;
    const Message& message = at->second;
    if (!expires(message) || !due(message)) continue;
    if (message.unanswered) out.push_back({message.id, message.ever_acknowledged});
    forget(at);
  }
  return out;
}

std::optional<core::Instant> Outbox::next_expiry(core::Instant down_since) const {
  std::optional<core::Instant> first;
  for (const auto& [number, message] : messages_) {
    if (!expires(message)) continue;
    const core::Instant expiry = expiry_of(message, down_since);
    if (!first || expiry < *first) first = expiry;
  }
  return first;
}

std::vector<std::string> Outbox::clear() {
  std::vector<std::string> ids;
  for (const auto& [number, message] : messages_) {
    if (message.unanswered) ids.push_back(message.id);
  }
  messages_.clear();
  unanswered_.clear();
  slots_.clear();
  unacknowledged_bytes_ = 0;
  replay_bytes_ = 0;
  return ids;
}

void Outbox::forget_unless_needed(Iterator message) {
  const Message& it = message->second;
  if (it.acknowledged && !it.unanswered && !it.cancelled && it.slot.empty()) forget(message);
}

Outbox::Iterator Outbox::forget(Iterator message) {
  Message& it = message->second;
  (it.acknowledged ? replay_bytes_ : unacknowledged_bytes_) -= cost(it);
  no_longer_unanswered(message);
  if (!it.slot.empty()) slots_.erase(it.slot);
  return messages_.erase(message);
}

void Outbox::no_longer_unanswered(Iterator request) {
  if (!std::exchange(request->second.unanswered, false)) return;
  const auto [first, last] = unanswered_.equal_range(request->second.id);
  for (auto entry = first; entry != last; ++entry) {
    if (entry->second == request->first) {
      unanswered_.erase(entry);
      return;
    }
  }
}

void Outbox::mark_acknowledged(Message& message) {
  if (message.acknowledged) return;
  unacknowledged_bytes_ -= cost(message);
  if (replay_bytes_ + cost(message) > limits_.replay_bytes) {
    message.text.clear();
    message.text.shrink_to_fit();
  }
  replay_bytes_ += cost(message);
  message.acknowledged = true;
  message.ever_acknowledged = true;
}

/// Forgets requests that were cancelled before any service had acknowledged them, with their
/// cancellations: sending both could start what nobody wants.
void Outbox::drop_withdrawn() {
  for (Iterator next = messages_.begin(); next != messages_.end();) {
    const Iterator notification = next++;
    const Iterator request = messages_.find(notification->second.cancels);
    if (request == messages_.end() || request->second.ever_acknowledged) continue;
    forget(request);  // it precedes `next`
    forget(notification);
  }
}

/// Standing messages and subscriptions wait for as long as it takes: nobody waits for them.
bool Outbox::expires(const Message& message) const {
  if (message.unanswered) return !message.long_lived;
  return !message.acknowledged && message.slot.empty() && !message.cancelled &&
         message.cancels == 0;
}

core::Instant Outbox::expiry_of(const Message& message, core::Instant down_since) const {
  return std::max(down_since + std::min(limits_.hold, longest_hold_),
                  message.arrived + std::min(limits_.least_hold, longest_hold_));
}

}  // namespace berth::bridge
