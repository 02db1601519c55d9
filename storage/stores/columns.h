#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "service/core/error.h"
#include "service/core/events.h"
#include "service/core/job.h"
#include "service/core/queue.h"
#include "service/core/session.h"
#include "storage/sqlite/statement.h"

namespace berth::storage {

/// Text that may hold NUL and is kept as BLOB. Text is std::string or an optional one, const when
/// it is bound.
template <class Text>
struct Bytes {
  Text& text;
};
template <class Text>
Bytes(Text&) -> Bytes<Text>;

/// The topic column of an event: made from its type, not read back.
struct TopicOf {
  const std::string& type;
};

// bind(statement, value) puts a member of a record into the next parameter, take(statement, value)
// fills it from the next column.

inline void bind(sqlite::Statement& to, const std::string& text) {
  to.bind(text);
}
inline void take(sqlite::Statement& from, std::string& text) {
  text = from.take_text();
}

template <class Text>
requires std::same_as<std::remove_const_t<Text>, std::string>
void bind(sqlite::Statement& to, const Bytes<Text>& bytes) {
  to.bind(sqlite::Blob{bytes.text});
}
inline void take(sqlite::Statement& from, const Bytes<std::string>& bytes) {
  bytes.text = from.take_text();
}

inline void bind(sqlite::Statement& to, const TopicOf& topic) {
  to.bind(core::topic_of(topic.type));
}
inline void take(sqlite::Statement& from, const TopicOf&) {
  from.skip();
}

template <class Text>
requires std::same_as<std::remove_const_t<Text>, std::optional<std::string>>
void bind(sqlite::Statement& to, const Bytes<Text>& bytes) {
  if (bytes.text) {
    to.bind(sqlite::Blob{*bytes.text});
  } else {
    to.bind_null();
  }
}
inline void take(sqlite::Statement& from, const Bytes<std::optional<std::string>>& bytes) {
  if (from.take_null()) {
    bytes.text.reset();
  } else {
    bytes.text = from.take_text();
  }
}

template <class Kind>
void bind(sqlite::Statement& to, const core::Id<Kind>& id) {
  to.bind(id.str());
}
template <class Kind>
void take(sqlite::Statement& from, core::Id<Kind>& id) {
  id = core::Id<Kind>::trusted(from.take_text());
}

template <std::integral Number>
void bind(sqlite::Statement& to, Number number) {
  to.bind(static_cast<std::int64_t>(number));
}
template <std::integral Number>
void take(sqlite::Statement& from, Number& number) {
  number = static_cast<Number>(from.take_integer());
}

inline void bind(sqlite::Statement& to, core::Timestamp time) {
  to.bind(time.time_since_epoch().count());
}
inline void take(sqlite::Statement& from, core::Timestamp& time) {
  time = core::Timestamp(core::Milliseconds(from.take_integer()));
}

inline void bind(sqlite::Statement& to, core::Milliseconds duration) {
  to.bind(duration.count());
}
inline void take(sqlite::Statement& from, core::Milliseconds& duration) {
  duration = core::Milliseconds(from.take_integer());
}

template <class Value>
void bind(sqlite::Statement& to, const std::optional<Value>& value) {
  if (value) {
    bind(to, *value);
  } else {
    to.bind_null();
  }
}
template <class Value>
void take(sqlite::Statement& from, std::optional<Value>& value) {
  if (from.take_null()) {
    value.reset();
  } else {
    take(from, value.emplace());
  }
}

/// A word that stands for one of an enum's values. Unknown: written by a program this one does not
/// know, or damaged.
template <class Enum>
void take_word(sqlite::Statement& from, Enum& value,
               std::optional<Enum> (*parse)(std::string_view)) {
  const std::string word = from.take_text();
  if (const auto parsed = parse(word)) {
    value = *parsed;
  } else {
    from.reject_row("unknown value '" + word + "'");
  }
}

inline void bind(sqlite::Statement& to, core::JobState state) {
  to.bind(core::to_string(state));
}
inline void take(sqlite::Statement& from, core::JobState& state) {
  take_word(from, state, core::parse_job_state);
}

inline void bind(sqlite::Statement& to, core::SessionState state) {
  to.bind(core::to_string(state));
}
inline void take(sqlite::Statement& from, core::SessionState& state) {
  take_word(from, state, core::parse_session_state);
}

inline void bind(sqlite::Statement& to, core::RequestState state) {
  to.bind(core::to_string(state));
}
inline void take(sqlite::Statement& from, core::RequestState& state) {
  take_word(from, state, core::parse_request_state);
}

inline void bind(sqlite::Statement& to, core::StdinMode mode) {
  to.bind(mode == core::StdinMode::open ? std::string_view("open") : std::string_view("empty"));
}
inline void take(sqlite::Statement& from, core::StdinMode& mode) {
  mode = from.take_text() == "open" ? core::StdinMode::open : core::StdinMode::empty;
}

/// A number, because filters take a minimum.
inline void bind(sqlite::Statement& to, core::Severity severity) {
  to.bind(static_cast<std::int64_t>(severity));
}
inline void take(sqlite::Statement& from, core::Severity& severity) {
  const std::int64_t number = from.take_integer();
  if (number < 0 || number > static_cast<std::int64_t>(core::Severity::critical)) {
    return from.reject_row("unknown severity " + std::to_string(number));
  }
  severity = static_cast<core::Severity>(number);
}

}  // namespace berth::storage
