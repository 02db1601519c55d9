#include "service/mcp/calls.h"

#include <algorithm>

#include "service/core/json.h"

namespace berth::mcp {

namespace {

Outgoing withdrawal(const MessageId& question) {
  core::JsonWriter params;
  params.begin_object().raw_member("requestId", question.raw);
  params.member("reason", "the call that needed it has ended").end_object();
  return notification(encode_notification("notifications/cancelled", params.view()));
}

}  // namespace

void Calls::Call::end(Outgoing last) const {
  for (const MessageId& question : questions) reply(withdrawal(question));
  reply(std::move(last));
}

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
  call->end(response(id_, result));
}

void CallRef::ask(const MessageId& question, std::string_view method,
                  std::string_view params) const {
  Calls::Call* call = find();
  if (call == nullptr) return;
  call->questions.push_back(question);
  tell(notification(encode_request(question, method, params)));
}

void CallRef::answered(const MessageId& question) const {
  if (Calls::Call* call = find()) std::erase(call->questions, question);
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
