#include "service/core/event_filter.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "service/core/choice.h"

namespace berth::core {
namespace {

bool holds(const std::vector<std::string>& wanted, std::string_view value) {
  return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

bool is_of_type(std::string_view wanted, std::string_view type) {
  if (!wanted.ends_with('*')) return wanted == type;
  return type.starts_with(wanted.substr(0, wanted.size() - 1));
}

bool is_in_topic(std::string_view wanted, const EventView& event) {
  if (wanted == "errors") return event.severity >= Severity::error;
  const std::string_view topic = topic_of(event.type);
  if (wanted == "progress") {
    return event.type == "job.progress" || event.type.starts_with("session.") ||
           event.type.starts_with("queue.");
  }
  return wanted == topic;
}

}  // namespace

bool EventFilter::matches(const EventView& event) const {
  if (!client_id.empty() && client_id != event.client_id) return false;
  if (event.severity < least_severity) return false;
  if (!holds(sources, event.source) || !holds(session_ids, event.session_id)) return false;
  if (!holds(job_ids, event.job_id) || !holds(connection_ids, event.connection_id)) return false;
  if (!types.empty() && std::ranges::none_of(types, [&](const std::string& wanted) {
        return is_of_type(wanted, event.type);
      })) {
    return false;
  }
  return topics.empty() || std::ranges::any_of(topics, [&](const std::string& wanted) {
           return is_in_topic(wanted, event);
         });
}

bool EventFilter::takes_everything() const {
  return client_id.empty() && topics.empty() && types.empty() && sources.empty() &&
         session_ids.empty() && job_ids.empty() && connection_ids.empty() &&
         least_severity == Severity::debug;
}

void restrict_to(EventFilter& filter, const Caller& caller) {
  if (caller.identity.scope != Scope::admin) filter.client_id = caller.client_id;
}

Result<std::int64_t> parse_event_id(std::string_view text, std::string_view field) {
  std::int64_t id = -1;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, id);
  if (error == std::errc() && stop == end && id >= 0) return id;
  return fail(ErrorCode::invalid_argument,
              std::string(field) + " must be the id of an event, a number", std::string(field));
}

Result<void> check_event_type(std::string_view type) {
  constexpr std::string_view kIngested = "data.";
  if (type.starts_with(kIngested) && type.size() > kIngested.size()) return {};
  std::set<std::string> families{"data.*"};
  for (const std::string_view known : event_types()) {
    families.insert(std::string(known.substr(0, known.find('.'))) + ".*");
  }
  std::vector<std::string_view> types(event_types().begin(), event_types().end());
  types.insert(types.end(), families.begin(), families.end());
  return check_choice(type, types, "type");
}

Result<void> check_event_topic(std::string_view topic) {
  std::set<std::string_view> topics{"data", "errors", "progress"};
  for (const std::string_view type : event_types()) topics.insert(topic_of(type));
  return check_choice(topic, std::vector(topics.begin(), topics.end()), "topic");
}

namespace {

template <class Id>
Result<void> add_id(std::vector<std::string>& ids, std::string_view name,
                    const std::string& value) {
  const auto id = Id::parse(value, name);
  if (!id) return fail(id.error());
  ids.push_back(value);
  return {};
}

Result<void> add_severity(EventFilter& filter, const std::string& value) {
  const auto least = parse_severity(value);
  if (!least) return check_choice(value, severities(), "severity");
  filter.least_severity = std::max(filter.least_severity, *least);
  return {};
}

}  // namespace

Result<void> add_condition(EventFilter& filter, std::string_view name, const std::string& value) {
  if (value.empty()) {
    return fail(ErrorCode::invalid_argument, std::string(name) + " must not be empty",
                std::string(name));
  }
  if (name == "topic") {
    filter.topics.push_back(value);
    return check_event_topic(value);
  }
  if (name == "type") {
    filter.types.push_back(value);
    return check_event_type(value);
  }
  if (name == "source") {
    filter.sources.push_back(value);
    return {};
  }
  if (name == "session_id") return add_id<SessionId>(filter.session_ids, name, value);
  if (name == "job_id") return add_id<JobId>(filter.job_ids, name, value);
  if (name == "connection_id") return add_id<ConnectionId>(filter.connection_ids, name, value);
  if (name == "severity") return add_severity(filter, value);
  return fail(ErrorCode::invalid_argument, std::string(name) + " is not a filter of events",
              std::string(name));
}

}  // namespace berth::core
