#include "service/mcp/calls.h"

#include <algorithm>

namespace berth::mcp {

CallRef Calls::add(const MessageId& id, std::shared_ptr<core::Cancellation> cancel, Reply reply) {
  const std::uint64_t serial = next_serial_++;
  calls_.emplace(id.key, Call{id, std::move(cancel), std::move(reply), serial});
  return {weak_from_this(), id, serial};
}

std::optional<Calls::Call> Calls::take(const MessageId& id) {
  auto node = calls_.extract(id.key);
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
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

Calls::Call* Calls::find(const MessageId& id, std::uint64_t serial) {
  const auto found = calls_.find(id.key);
  return found == calls_.end() || found->second.serial != serial ? nullptr : &found->second;
}

bool CallRef::is_open() const {
  return find() != nullptr;
}

void CallRef::tell(Outgoing message) const {
  const Calls::Call* call = find();
  if (call == nullptr) return;
  const Reply reply = call->reply;  // it may take the call away
  reply(std::move(message));
}

void CallRef::answer(const RpcResult<std::string>& result) const {
  if (find() == nullptr) return;
  const auto call = calls_.lock()->take(id_);
  call->reply(response(id_, result));
}

bool CallRef::advance(double progress) const {
  Calls::Call* call = find();
  if (call == nullptr || (call->progress && progress <= *call->progress)) return false;
  call->progress = progress;
  return true;
}

void CallRef::hold(std::shared_ptr<Listening> listening) const {
  if (Calls::Call* call = find()) call->listening = std::move(listening);
}

Calls::Call* CallRef::find() const {
  const auto calls = calls_.lock();
  return calls ? calls->find(id_, serial_) : nullptr;
}

}  // namespace berth::mcp
