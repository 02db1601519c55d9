#include "api/mcp/simple_events.h"

#include <utility>

namespace berth::api_mcp {
namespace {

core::Result<void> read_condition(const core::JsonMember& member, core::EventFilter& filter) {
  const auto wrong = [&] {
    return core::fail(core::ErrorCode::invalid_argument,
                      "filter." + member.key + " must be a text or a list of texts",
                      "filter." + member.key);
  };
  std::vector<std::string_view> values{member.raw};
  if (member.kind == core::JsonKind::array) {
    auto elements = core::scan_array(member.raw);
    if (!elements) return core::fail(elements.error());
    values = *std::move(elements);
  }
  for (const std::string_view value : values) {
    if (!value.starts_with('"')) return wrong();
    if (auto added = core::add_condition(filter, member.key, core::decode_json_string(value));
        !added) {
      added.error().field = "filter." + added.error().field;
      return added;
    }
  }
  return {};
}

core::Result<core::EventFilter> read_filter(const core::JsonObject& message) {
  core::EventFilter filter;
  const core::JsonMember* given = message.find("filter");
  if (given == nullptr) return filter;
  const auto conditions = message.object("filter");
  if (!conditions) {
    return core::fail(core::ErrorCode::invalid_argument, "filter must be an object", "filter");
  }
  for (const core::JsonMember& condition : conditions->members()) {
    if (auto read = read_condition(condition, filter); !read) return core::fail(read.error());
  }
  return filter;
}

core::Result<core::EventPlace> read_place(const core::JsonObject& message) {
  core::EventPlace place;
  const core::JsonMember* last = message.find("last_event_id");
  if (last == nullptr || last->kind == core::JsonKind::null) return place;
  const auto id = core::parse_event_id(last->raw, "last_event_id");
  if (!id) return core::fail(id.error());
  place.after = *id;
  return place;
}

}  // namespace

core::Result<void> SimpleEvents::subscribe(const core::JsonObject& message,
                                           const core::Caller& caller) {
  auto filter = read_filter(message);
  if (!filter) return core::fail(filter.error());
  const auto place = read_place(message);
  if (!place) return core::fail(place.error());
  core::restrict_to(*filter, caller);
  taking_ = false;
  feed_ = feeds_.follow(
      *std::move(filter), *place, [this](const std::string& lines) { take(lines); },
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
