#pragma once

#include <Poco/Message.h>

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/core/ids.h"
#include "service/core/redactor.h"

namespace berth::runtime {

/// Starts logging to standard error: one line a message, `text` or `json`, each with its fields.
/// Lines are handed to a thread of their own, so that a full pipe never holds a caller up; at most
/// 8,192 wait, further ones are dropped and counted in a line that says so. `redactor` takes
/// secrets out of every message and value; it may be empty. Once, before any logging;
/// stop_logging() writes what waits.
void start_logging(const std::string& level, const std::string& format,
                   std::shared_ptr<const core::Redactor> redactor);
void stop_logging();

/// One log line, written when it goes out of scope:
///   log_info("terminals", "host attached").with("host_id", id);
/// Any thread. Values are made valid UTF-8, and what looks like a secret in them is redacted: no
/// reason to give one to it.
class LogLine {
 public:
  LogLine(std::string_view component, Poco::Message::Priority priority, std::string text);
  ~LogLine();
  LogLine(const LogLine&) = delete;
  LogLine& operator=(const LogLine&) = delete;

  LogLine& with(std::string_view name, std::string_view value);
  LogLine& with(std::string_view name, const char* value) {
    return with(name, std::string_view(value));
  }
  template <std::integral Number>
  LogLine& with(std::string_view name, Number value) {
    return with(name, std::string_view(std::to_string(value)));
  }
  template <class Kind>
  LogLine& with(std::string_view name, const core::Id<Kind>& id) {
    return id ? with(name, std::string_view(id.str())) : *this;
  }

 private:
  Poco::Message message_;
  std::vector<std::pair<std::string, std::string>> fields_;
};

inline LogLine log_error(std::string_view component, std::string text) {
  return {component, Poco::Message::PRIO_ERROR, std::move(text)};
}
inline LogLine log_warning(std::string_view component, std::string text) {
  return {component, Poco::Message::PRIO_WARNING, std::move(text)};
}
inline LogLine log_notice(std::string_view component, std::string text) {
  return {component, Poco::Message::PRIO_NOTICE, std::move(text)};
}
inline LogLine log_info(std::string_view component, std::string text) {
  return {component, Poco::Message::PRIO_INFORMATION, std::move(text)};
}
inline LogLine log_debug(std::string_view component, std::string text) {
  return {component, Poco::Message::PRIO_DEBUG, std::move(text)};
}

}  // namespace berth::runtime
