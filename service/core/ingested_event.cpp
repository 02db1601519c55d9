#include "service/core/ingested_event.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "service/core/json_scan.h"

namespace berth::core {
namespace {

constexpr std::size_t kMaxTypeBytes = 128;
constexpr std::string_view kIngested = "data.";

tl::unexpected<Error> wrong(std::string_view member, std::string_view rule) {
  return fail(ErrorCode::invalid_argument, fmt::format("{} {}", member, rule), std::string(member));
}

bool may_be_in_type(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

bool is_type(std::string_view type) {
  return type.size() > kIngested.size() && type.size() <= kMaxTypeBytes &&
         type.starts_with(kIngested) && std::ranges::all_of(type, may_be_in_type);
}

/// A name that is no empty text and has no control characters.
Result<std::string> read_name(const JsonObject& event, std::string_view member,
                              std::size_t max_bytes) {
  auto name = event.string(member);
  const bool fits = name && !name->empty() && name->size() <= max_bytes &&
                    std::ranges::none_of(*name, [](char c) {
                      return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
                    });
  if (!fits) return wrong(member, fmt::format("must be a text of 1 to {} bytes", max_bytes));
  return *std::move(name);
}

/// With the fact's own time, unless the data tell it themselves.
Result<std::string> read_data(const JsonObject& event, std::size_t max_bytes) {
  std::string data = "{}";
  const JsonMember* given = event.find("data");
  if (given != nullptr) {
    if (given->kind != JsonKind::object) return wrong("data", "must be an object");
    data = compact_json(given->raw);
  }
  if (data.size() > max_bytes) {
    return wrong("data", fmt::format("has {} bytes; {} are allowed (events.max_data_bytes)",
                                     data.size(), max_bytes));
  }
  const JsonMember* time = event.find("time");
  if (time == nullptr || time->kind == JsonKind::null) return data;
  const auto text = event.string("time");
  const auto occurred = text ? parse_rfc3339(*text, "time") : wrong("time", "must be a text");
  if (!occurred) return fail(occurred.error());
  const auto object = scan_object(data);
  if (object && !object->has("occurred_at")) {
    data.insert(1, fmt::format("\"occurred_at\":\"{}\"{}", to_rfc3339(*occurred),
                               object->members().empty() ? "" : ","));
  }
  return data;
}

}  // namespace

std::string ingested_type(std::string_view name) {
  std::string type(name.starts_with(kIngested) ? "" : kIngested);
  type += name;
  std::ranges::replace_if(type, std::not_fn(may_be_in_type), '_');
  type.resize(std::min(type.size(), kMaxTypeBytes));
  return type;
}

EventRecord test_event() {
  EventRecord event;
  event.type = "data.test";
  event.data = R"({"message":"a test event"})";
  return event;
}

Result<EventRecord> read_ingested_event(std::string_view json, std::size_t max_data_bytes) {
  const auto given = scan_object(json);
  if (!given) return fail(given.error());
  constexpr std::array<std::string_view, 6> kMembers{"type", "source",   "source_id",
                                                     "time", "severity", "data"};
  for (const JsonMember& member : given->members()) {
    if (std::ranges::find(kMembers, member.key) == kMembers.end()) {
      return wrong(member.key, "is not a member of an event");
    }
  }
  EventRecord event;
  const auto type = given->string("type");
  if (!type || !is_type(*type)) {
    return wrong("type", fmt::format("must begin with data. and have letters, digits, '.', '_' "
                                     "and '-', at most {}",
                                     kMaxTypeBytes));
  }
  event.type = *type;
  auto source = read_name(*given, "source", kMaxSourceBytes);
  if (!source) return fail(source.error());
  if (*source == event.source) return wrong("source", "must not be berth's own");
  event.source = *std::move(source);
  auto source_id = read_name(*given, "source_id", kMaxSourceIdBytes);
  if (!source_id) return fail(source_id.error());
  event.source_id = *std::move(source_id);
  if (given->has("severity")) {
    const auto severity = parse_severity(given->string("severity").value_or(""));
    if (!severity) {
      return wrong("severity", "must be debug, info, notice, warning, error or critical");
    }
    event.severity = *severity;
  }
  auto data = read_data(*given, max_data_bytes);
  if (!data) return fail(data.error());
  event.data = *std::move(data);
  return event;
}

}  // namespace berth::core
