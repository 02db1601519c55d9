#include "service/core/event_subscription.h"

#include <string>
#include <utility>
#include <vector>

namespace berth::core {
namespace {

Result<void> read_condition(const JsonMember& member, EventFilter& filter) {
  const auto wrong = [&] {
    return fail(ErrorCode::invalid_argument,
                "filter." + member.key + " must be a text or a list of texts",
                "filter." + member.key);
  };
  std::vector<std::string_view> values{member.raw};
  if (member.kind == JsonKind::array) {
    auto elements = scan_array(member.raw);
    if (!elements) return fail(elements.error());
    values = *std::move(elements);
  }
  for (const std::string_view value : values) {
    if (!value.starts_with('"')) return wrong();
    if (auto added = add_condition(filter, member.key, decode_json_string(value)); !added) {
      added.error().field = "filter." + added.error().field;
      return added;
    }
  }
  return {};
}

Result<EventFilter> read_filter(const JsonObject& message) {
  EventFilter filter;
  const JsonMember* given = message.find("filter");
  if (given == nullptr) return filter;
  const auto conditions = message.object("filter");
  if (!conditions) {
    return fail(ErrorCode::invalid_argument, "filter must be an object", "filter");
  }
  for (const JsonMember& condition : conditions->members()) {
    if (auto read = read_condition(condition, filter); !read) return fail(read.error());
  }
  return filter;
}

Result<EventPlace> read_place(const JsonObject& message) {
  EventPlace place;
  const JsonMember* last = message.find("last_event_id");
  if (last == nullptr || last->kind == JsonKind::null) return place;
  const auto id = parse_event_id(last->raw, "last_event_id");
  if (!id) return fail(id.error());
  place.after = *id;
  return place;
}

}  // namespace

Result<EventSubscription> read_event_subscription(const JsonObject& message, const Caller& caller) {
  auto filter = read_filter(message);
  if (!filter) return fail(filter.error());
  const auto place = read_place(message);
  if (!place) return fail(place.error());
  restrict_to(*filter, caller);
  return EventSubscription{*std::move(filter), *place};
}

}  // namespace berth::core
