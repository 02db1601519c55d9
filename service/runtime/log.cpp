#include "service/runtime/log.h"

#include <Poco/AutoPtr.h>
#include <Poco/Channel.h>
#include <Poco/Logger.h>
#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <mutex>
#include <thread>

#include "service/core/json.h"
#include "service/core/text.h"
#include "service/core/time.h"

namespace berth::runtime {
namespace {

std::string_view priority_name(Poco::Message::Priority priority) {
  switch (priority) {
    case Poco::Message::PRIO_FATAL:
    case Poco::Message::PRIO_CRITICAL:
      return "critical";
    case Poco::Message::PRIO_ERROR:
      return "error";
    case Poco::Message::PRIO_WARNING:
      return "warning";
    case Poco::Message::PRIO_NOTICE:
      return "notice";
    case Poco::Message::PRIO_INFORMATION:
      return "info";
    default:
      return "debug";
  }
}

std::string now_text() {
  return core::to_rfc3339(core::SystemClock().now());
}

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string json_line(const Poco::Message& message, const Fields& fields) {
  core::JsonWriter json;
  json.begin_object()
      .member("time", now_text())
      .member("level", priority_name(message.getPriority()))
      .member("component", message.getSource())
      .member("message", core::to_valid_utf8(message.getText()));
  for (const auto& [name, value] : fields) json.member(name, value);
  json.end_object();
  return json.str() + "\n";
}

std::string text_line(const Poco::Message& message, const Fields& fields) {
  std::string line =
      fmt::format("{} {:<8} {}: {}", now_text(), priority_name(message.getPriority()),
                  message.getSource(), core::to_valid_utf8(message.getText()));
  for (const auto& [name, value] : fields) {
    if (value.find_first_of(" \t\n\"=") == std::string::npos && !value.empty()) {
      line += fmt::format(" {}={}", name, value);
    } else {
      core::JsonWriter quoted;
      quoted.value(std::string_view(value));
      line += fmt::format(" {}={}", name, quoted.view());
    }
  }
  return line + "\n";
}

// Set before the first line is logged. Poco's messages can't be asked for the names of their
// parameters, so a line is rendered here, on the caller's thread, and not by a Poco formatter.
std::atomic<bool> json_lines = false;

// Set at the same time.
std::shared_ptr<const core::Redactor> line_redactor;

/// Writes finished lines on a thread of its own.
class StandardErrorChannel final : public Poco::Channel {
 public:
  StandardErrorChannel() : thread_([this] { write_lines(); }) {}

  void log(const Poco::Message& message) override {
    {
      const std::lock_guard lock(mutex_);
      if (lines_.size() >= kMaxWaiting) {
        ++dropped_;
        return;
      }
      lines_.push_back(message.getText());
    }
    wake_.notify_one();
  }

  void close() override {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

 protected:
  ~StandardErrorChannel() override { StandardErrorChannel::close(); }

 private:
  static constexpr std::size_t kMaxWaiting = 8'192;

  void write_lines() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return closing_ || !lines_.empty(); });
      if (lines_.empty()) return;
      std::deque<std::string> batch;
      batch.swap(lines_);
      if (dropped_ > 0) {
        batch.push_back(
            fmt::format("{} warning  log: {} lines were dropped\n", now_text(), dropped_));
        dropped_ = 0;
      }
      lock.unlock();
      std::string text;
      for (const std::string& line : batch) text += line;
      std::fwrite(text.data(), 1, text.size(), stderr);
      std::fflush(stderr);
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::string> lines_;  // guarded by mutex_
  std::size_t dropped_ = 0;        // guarded by mutex_
  bool closing_ = false;           // guarded by mutex_
  std::thread thread_;
};

constexpr const char* kLoggerName = "berth";

}  // namespace

void start_logging(const std::string& level, const std::string& format,
                   std::shared_ptr<const core::Redactor> redactor) {
  json_lines = format == "json";
  line_redactor = std::move(redactor);
  const Poco::AutoPtr<Poco::Channel> channel(new StandardErrorChannel);
  Poco::Logger& logger = Poco::Logger::get(kLoggerName);
  logger.setChannel(channel);
  logger.setLevel(level);
}

void stop_logging() {
  Poco::Logger& logger = Poco::Logger::get(kLoggerName);
  if (Poco::AutoPtr<Poco::Channel> channel = logger.getChannel()) {
    logger.setChannel(nullptr);
    channel->close();
  }
}

LogLine::LogLine(std::string_view component, Poco::Message::Priority priority, std::string text)
    : message_(std::string(component), std::move(text), priority) {}

LogLine::~LogLine() {
  static Poco::Logger& logger = Poco::Logger::get(kLoggerName);
  if (!logger.is(message_.getPriority())) return;
  if (line_redactor) {
    std::string text = message_.getText();
    if (line_redactor->redact_text(text)) message_.setText(text);
    for (auto& [name, value] : fields_) line_redactor->redact_text(value);
  }
  message_.setText(json_lines ? json_line(message_, fields_) : text_line(message_, fields_));
  logger.log(message_);
}

LogLine& LogLine::with(std::string_view name, std::string_view value) {
  fields_.emplace_back(name, core::to_valid_utf8(value));
  return *this;
}

}  // namespace berth::runtime
