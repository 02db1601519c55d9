#include "api/routes/followed_output.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "service/core/base64.h"
#include "service/core/views.h"

namespace berth::routes {
namespace {

/// A reader that is slower than the command: nothing is read for it until it has caught up.
constexpr std::size_t kMaxPendingBytes = std::size_t{256} << 10U;
/// Keeps proxies and clients from closing a stream on which nothing happens.
constexpr core::Milliseconds kKeepAlive{15'000};

/// One follower. Lives as long as its stream: the callbacks hold it.
class Follower : public std::enable_shared_from_this<Follower> {
 public:
  Follower(core::Execution& execution, core::Caller caller, core::OutputRequest request)
      : execution_(execution), caller_(std::move(caller)), request_(std::move(request)) {}

  /// What is there already tells whether there is anything to follow.
  void start(const std::shared_ptr<http::Exchange>& exchange) {
    exchange->on_disconnect([self = shared_from_this()] { self->stop(); });
    execution_.read_output(
        caller_, request_, cancel_,
        [self = shared_from_this(), exchange](const core::Result<core::OutputView>& view) {
          if (!view) return exchange->fail(view.error());
          self->stream_ = exchange->start_stream(200, http::event_stream_headers());
          self->stream_->on_closed([self] { self->stop(); });
          self->send(*view);
        });
  }

 private:
  void stop() {
    cancel_->cancel("the client has gone");
    stream_.reset();
  }

  void send(const core::OutputView& view) {
    const auto stream = stream_;  // a write may find that the client has gone
    if (!stream) return;
    if (!view.bytes.empty()) {
      stream->write(
          fmt::format("id: {}\ndata: {}\n\n", view.next_offset, core::encode_base64(view.bytes)));
    } else if (!view.eof) {
      stream->write(":\n\n");
    }
    if (stream->closed()) return;
    if (view.eof) return tell_end();
    request_.tail_lines.reset();
    request_.offset = view.next_offset;
    request_.wait = kKeepAlive;
    if (stream->pending_bytes() <= kMaxPendingBytes) return read();
    stream->on_drained([self = shared_from_this()] {
      if (self->stream_) self->stream_->on_drained(nullptr);
      self->read();
    });
  }

  void read() {
    execution_.read_output(
        caller_, request_, cancel_,
        [self = shared_from_this()](const core::Result<core::OutputView>& view) {
          if (view) return self->send(*view);
          self->stream_.reset();  // cut: the client sees that something is missing
        });
  }

  void tell_end() {
    execution_.get_job(caller_, request_.job_id, core::Milliseconds(0), 0, nullptr,
                       [self = shared_from_this()](const core::Result<core::JobView>& view) {
                         if (!self->stream_ || !view) return self->stream_.reset();
                         core::JobView ended = *view;
                         ended.truncated = false;  // nothing of its output is in it
                         core::JsonWriter json;
                         core::write_job(json, ended, false);
                         self->stream_->write(fmt::format("event: end\ndata: {}\n\n", json.str()));
                         std::exchange(self->stream_, nullptr)->end();
                       });
  }

  core::Execution& execution_;
  core::Caller caller_;
  core::OutputRequest request_;
  core::Execution::Cancel cancel_ = std::make_shared<core::Cancellation>();
  std::shared_ptr<http::ResponseStream> stream_;
};

}  // namespace

core::Result<bool> is_followed(const http::Request& request) {
  const auto follow = request.query.one("follow");
  if (!follow) return core::fail(follow.error());
  if (!*follow || **follow == "false") return false;
  if (!(*follow)->empty() && **follow != "true") {
    return core::fail(core::ErrorCode::invalid_argument, "follow must be true or false", "follow");
  }
  const auto grep = request.query.one("grep");
  if (grep && *grep) {
    return core::fail(core::ErrorCode::invalid_argument,
                      "grep can't be combined with follow: match what comes", "grep");
  }
  return true;
}

void follow_output(core::Execution& execution, const std::shared_ptr<http::Exchange>& exchange,
                   core::OutputRequest request) {
  if (const auto last = exchange->request().header("Last-Event-ID"); last && !last->empty()) {
    std::int64_t offset = -1;
    const char* const end = last->data() + last->size();
    const auto [stop, error] = std::from_chars(last->data(), end, offset);
    if (error != std::errc() || stop != end || offset < 0) {
      return exchange->fail({core::ErrorCode::invalid_argument,
                             "Last-Event-ID must be the id of an event of this stream, an offset",
                             "Last-Event-ID", std::nullopt});
    }
    request.tail_lines.reset();
    request.offset = offset;
  }
  std::make_shared<Follower>(execution, exchange->caller(), std::move(request))->start(exchange);
}

}  // namespace berth::routes
