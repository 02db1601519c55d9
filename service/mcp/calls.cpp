#include "service/mcp/calls.h"

#include <algorithm>
#include <utility>

namespace berth::mcp {

std::uint64_t Calls::add(Call call) {
  call.serial = next_serial_++;
  const std::uint64_t serial = call.serial;
  calls_.emplace(call.id.key, std::move(call));
  return serial;
}

std::optional<Calls::Call> Calls::take(const MessageId& id) {
  auto node = calls_.extract(id.key);
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
}

std::optional<Calls::Call> Calls::take(const MessageId& id, std::uint64_t serial) {
  return find(id, serial) == nullptr ? std::nullopt : take(id);
}

Calls::Call* Calls::find(const MessageId& id, std::uint64_t serial) {
  const auto found = calls_.find(id.key);
  return found == calls_.end() || found->second.serial != serial ? nullptr : &found->second;
}

std::optional<Calls::Call> Calls::take_any() {
  if (calls_.empty()) return std::nullopt;
  return std::move(calls_.extract(calls_.begin()).mapped());
}

std::optional<Calls::Call> Calls::take_any_listening() {
  const auto found = std::ranges::find_if(
      calls_, [](const auto& entry) { return entry.second.listening != nullptr; });
  if (found == calls_.end()) return std::nullopt;
  return std::move(calls_.extract(found).mapped());
}

}  // namespace berth::mcp
