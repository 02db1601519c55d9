#include "api/mcp/simple_events.h"

#include <utility>

#include "service/core/event_subscription.h"

namespace berth::api_mcp {

core::Result<void> SimpleEvents::subscribe(const core::JsonObject& message,
                                           const core::Caller& caller) {
  auto wanted = core::read_event_subscription(message, caller);
  if (!wanted) return core::fail(wanted.error());
  taking_ = false;
  feed_ = feeds_.follow(
      std::move(wanted->filter), wanted->place, [this](const std::string& lines) { take(lines); },
      [](std::string_view) {});
  return {};
}

void SimpleEvents::take(const std::string& lines) {
  const Socket socket = socket_;  // a message may destroy this object
  const std::weak_ptr<bool> alive = alive_;
  taking_ = true;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin);
    socket.send(R"({"op":"event","event":)" + lines.substr(begin, end - begin) + "}");
    if (alive.expired()) return;
    begin = end + 1;
  }
  if (socket.is_idle()) socket_idle();
}

void SimpleEvents::socket_idle() {
  if (std::exchange(taking_, false)) feed_->more();
}

}  // namespace berth::api_mcp
