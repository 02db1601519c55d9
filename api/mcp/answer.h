#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/http/exchange.h"
#include "api/mcp/event_stream.h"
#include "service/loop/timer.h"
#include "service/mcp/outgoing.h"

namespace berth::api_mcp {

/// The way back of one POST: a JSON document, an event stream once there is something to say before
/// the response or it takes long, or 202 when there is nothing to answer. Lives as long as its
/// reply does. Loop thread.
class Answer : public std::enable_shared_from_this<Answer> {
 public:
  enum class Era { modern, handshake };

  /// A request that has no answer by then gets its event stream, whose signs of life keep a client
  /// or a proxy from giving it up; a resumable one can be come back to.
  static constexpr std::chrono::milliseconds kPatience{2'000};

  Answer(loop::Loop& loop, std::shared_ptr<http::Exchange> exchange, Era era)
      : exchange_(std::move(exchange)),
        era_(era),
        patience_(loop),
        make_stream_([&loop] { return std::make_shared<EventStream>(loop); }) {}

  /// The headers go with the response, however it is sent.
  void add_headers(http::Headers headers) { headers_ = std::move(headers); }
  /// The message was a request: if nothing will answer it (it was cancelled), an empty stream says
  /// so, since 202 is for notifications.
  void expect_response();
  /// Where its event stream comes from, if it comes to that, instead of one that ends with its
  /// connection.
  void stream_by(std::function<std::shared_ptr<EventStream>()> make) {
    make_stream_ = std::move(make);
  }
  /// Called once after the last was sent.
  void on_finished(std::function<void()> callback) { on_finished_ = std::move(callback); }
  /// The client went away before the answer: at most once, never after on_finished.
  void on_abandoned(std::function<void()> callback);

  mcp::Reply reply();
  /// Opens the event stream unless all is said: the client asked for progress.
  void open_stream();

 private:
  void take(mcp::Outgoing outgoing);
  void finish();
  int status_of(const mcp::Outgoing& outgoing) const;

  std::shared_ptr<http::Exchange> exchange_;
  Era era_;
  loop::Timer patience_;
  std::function<std::shared_ptr<EventStream>()> make_stream_;
  std::shared_ptr<EventStream> stream_;  // once it was opened
  http::Headers headers_;
  bool expects_response_ = false;
  bool finished_ = false;
  std::function<void()> on_finished_;
  std::function<void()> on_abandoned_;
};

/// A refusal before any peer was asked: the JSON-RPC error with its HTTP status.
void refuse(http::Exchange& exchange, int status, const std::optional<mcp::MessageId>& id,
            const mcp::RpcError& error);

}  // namespace berth::api_mcp
