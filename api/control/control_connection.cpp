#include "api/control/control_connection.h"

#include <fmt/format.h>

#include <utility>

#include "api/control/answer_line.h"

namespace berth::control {
namespace {

/// As it was given, so that it is the same; null where there is none.
std::string raw_id(const core::JsonObject& message) {
  const core::JsonMember* id = message.find("id");
  const bool usable =
      id != nullptr && (id->kind == core::JsonKind::number || id->kind == core::JsonKind::string);
  return usable ? std::string(id->raw) : "null";
}

}  // namespace

/// A line and its answer. The connection may have gone when it comes.
class ControlConnection::LineCall final : public Call {
 public:
  static core::Result<std::shared_ptr<LineCall>> parse(
      std::string line, const std::shared_ptr<ControlConnection>& connection) {
    auto text = std::make_unique<const std::string>(std::move(line));
    auto message = core::scan_object(*text);
    if (!message) return core::fail(message.error());
    return std::shared_ptr<LineCall>(
        new LineCall(std::move(text), *std::move(message), connection));
  }

  const core::Caller& caller() const override { return caller_; }
  const core::JsonObject& message() const override { return message_; }
  void answer(std::string_view result) override { send(answer_line(raw_id(message_), result)); }
  void fail(const core::Error& error) override { send(error_line(raw_id(message_), error)); }
  void follow(core::EventSubscription subscription) override {
    if (const auto connection = connection_.lock()) {
      connection->follow(std::move(subscription),
                         answer_line(raw_id(message_), R"({"streaming":true})"));
    }
  }

 private:
  LineCall(std::unique_ptr<const std::string> text, core::JsonObject message,
           const std::shared_ptr<ControlConnection>& connection)
      : text_(std::move(text)),
        message_(std::move(message)),
        connection_(connection),
        caller_(connection->caller_) {
    caller_.correlation_id = core::CorrelationId::make();
  }

  void send(std::string line) {
    if (const auto connection = connection_.lock()) connection->answered(std::move(line));
  }

  std::unique_ptr<const std::string> text_;  // message_ is sliced from it
  core::JsonObject message_;
  std::weak_ptr<ControlConnection> connection_;
  core::Caller caller_;
};

ControlConnection::ControlConnection(std::unique_ptr<loop::Stream> stream, core::Caller caller,
                                     const CommandSet& commands, core::EventFeeds& feeds)
    : stream_(std::move(stream)), caller_(std::move(caller)), commands_(commands), feeds_(feeds) {}

void ControlConnection::start(std::function<void(const std::string& why)> closed) {
  closed_ = std::move(closed);
  stream_->on_drained([this] { drained(); });
  read();
}

void ControlConnection::close(const std::string& why) {
  if (!stream_) return;
  feed_.reset();
  stream_.reset();
  std::exchange(closed_, nullptr)(why);
}

void ControlConnection::read() {
  if (std::exchange(reading_, true)) return;
  stream_->start_reading(
      [this](std::string_view bytes) {
        lines_.feed(bytes);
        take_lines();
      },
      [this](const std::optional<core::Error>& error) {
        if (error) return close(error->message);
        // Who has said all still gets the answers.
        input_ended_ = true;
        take_lines();
      });
}

void ControlConnection::take_lines() {
  if (taking_) return;
  const auto self = shared_from_this();
  taking_ = true;
  while (stream_ && !busy_ && stream_->pending_bytes() == 0) {
    if (const auto line = lines_.next()) {
      take_line(*line);
    } else if (input_ended_) {
      close("the client left");
    } else {
      read();
      break;
    }
  }
  taking_ = false;
  const bool waits = stream_ && (busy_ || stream_->pending_bytes() > 0);
  if (waits && !input_ended_ && std::exchange(reading_, false)) stream_->stop_reading();
}

void ControlConnection::take_line(const net::LineReader::Line& line) {
  if (!line.complete) return;  // of one that is too long
  if (!line.too_long && line.text.find_first_not_of(" \t\r") == std::string_view::npos) return;
  busy_ = true;
  if (line.too_long) {
    return answered(
        error_line("null", {core::ErrorCode::invalid_argument,
                            fmt::format("a command has at most {} bytes", kMaxLineBytes),
                            {},
                            {}}));
  }
  const auto call = LineCall::parse(std::string(line.text), shared_from_this());
  if (!call) return answered(error_line("null", call.error()));
  const auto name = (*call)->message().string("command");
  if (!name) {
    return (*call)->fail(
        {core::ErrorCode::invalid_argument, "command must be a text", "command", {}});
  }
  const auto command = commands_.find(*name, caller_.identity.scope);
  if (!command) return (*call)->fail(command.error());
  (*command)->run(*call);
}

void ControlConnection::answered(std::string line) {
  if (!stream_) return;
  stream_->write(std::move(line));
  busy_ = false;
  take_lines();
}

void ControlConnection::follow(core::EventSubscription subscription, std::string answer) {
  if (!stream_) return;
  feed_waits_ = false;
  feed_ = feeds_.follow(
      std::move(subscription.filter), subscription.place,
      [this](std::string lines) { take_events(std::move(lines)); },
      [this](std::string_view why) { close(std::string(why)); });
  answered(std::move(answer));
}

void ControlConnection::take_events(std::string lines) {
  stream_->write(std::move(lines));
  feed_waits_ = true;
  if (stream_->pending_bytes() == 0) drained();
}

void ControlConnection::drained() {
  if (std::exchange(feed_waits_, false)) feed_->more();
  take_lines();
}

}  // namespace berth::control
