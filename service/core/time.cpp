#include "service/core/time.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <iterator>

namespace berth::core {

Timestamp SystemClock::now() const {
  return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
}

Instant SystemClock::instant() const {
  return std::chrono::steady_clock::now();
}

std::string to_rfc3339(Timestamp time) {
  std::string text;
  append_rfc3339(text, time);
  return text;
}

void append_rfc3339(std::string& text, Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string_view separators = "--T::.Z";
  const auto add = [&](std::int64_t number, std::size_t width) {
    const std::size_t end = text.size() + width;
    text.append(width, '0');
    for (std::size_t at = end; at > end - width; number /= 10) {
      text[--at] = static_cast<char>('0' + number % 10);
    }
    text += separators.front();
    separators.remove_prefix(1);
  };
  // By hand, because it is written for every event that is replayed.
  add(static_cast<int>(date.year()), 4);
  add(static_cast<unsigned>(date.month()), 2);
  add(static_cast<unsigned>(date.day()), 2);
  add(clock.hours().count(), 2);
  add(clock.minutes().count(), 2);
  add(clock.seconds().count(), 2);
  add(clock.subseconds().count(), 3);
}

namespace {

/// Reads exactly `width` digits at `at`; -1 if they are not digits.
int digits(std::string_view text, std::size_t at, std::size_t width) {
  if (text.size() < at + width) return -1;
  int value = 0;
  for (char c : text.substr(at, width)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

Result<Timestamp> parse_rfc3339(std::string_view text, std::string_view field) {
  const auto bad = [&] {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} must be an RFC 3339 time such as 2026-07-28T09:30:00.125Z", field),
                std::string(field));
  };
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const int day = digits(text, 8, 2);
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);
  if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) return bad();
  if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') || text[13] != ':' ||
      text[16] != ':' || hour > 23 || minute > 59 || second > 60) {
    return bad();
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return bad();
  std::size_t at = 19;
  int millis = 0;
  if (at < text.size() && text[at] == '.') {
    ++at;
    int scale = 100;
    const std::size_t first = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
      millis += (text[at] - '0') * scale;
      scale /= 10;
      ++at;
    }
    if (at == first) return bad();
  }
  if (at >= text.size()) return bad();
  int offset_minutes = 0;
  if (text[at] == 'Z' || text[at] == 'z') {
    ++at;
  } else if (text[at] == '+' || text[at] == '-') {
    const int hours = digits(text, at + 1, 2);
    const int minutes = digits(text, at + 4, 2);
    if (hours < 0 || minutes < 0 || hours > 23 || minutes > 59 || text[at + 3] != ':') return bad();
    offset_minutes = (hours * 60 + minutes) * (text[at] == '-' ? -1 : 1);
    at += 6;
  }
  if (at != text.size()) return bad();
  return Timestamp(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute - offset_minutes) + std::chrono::seconds(second) +
         Milliseconds(millis);
}

namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};

constexpr std::array<Unit, 5> kUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

}  // namespace

Result<Milliseconds> parse_duration(std::string_view text, std::string_view field) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc() && count >= 0) {
    const std::string_view suffix(end, static_cast<std::size_t>(text.data() + text.size() - end));
    for (const Unit& unit : kUnits) {
      if (suffix != unit.name) continue;
      std::int64_t total = 0;
      if (__builtin_mul_overflow(count, unit.milliseconds, &total)) break;
      return Milliseconds(total);
    }
  }
  return fail(ErrorCode::invalid_argument,
              fmt::format("{} must be a duration such as \"250ms\", \"30s\", \"30m\", \"12h\" or "
                          "\"7d\", not \"{}\"",
                          field, text),
              std::string(field));
}

std::string to_duration_text(Milliseconds duration) {
  for (const Unit& unit : kUnits) {
    if (duration.count() % unit.milliseconds == 0 && duration.count() != 0) {
      return fmt::format("{}{}", duration.count() / unit.milliseconds, unit.name);
    }
  }
  return "0ms";
}

}  // namespace berth::core
