#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/http/request.h"
#include "api/http/response.h"
#include "service/core/error.h"
#include "service/loop/stream.h"

namespace berth::http {

class Connection;

/// A response whose body is written piece by piece (server-sent events, followed output). Loop
/// thread. Dropping it before end() cuts the connection, so that the client can tell that something
/// is missing. Callbacks may drop it.
class ResponseStream {
 public:
  explicit ResponseStream(std::weak_ptr<Connection> connection)
      : connection_(std::move(connection)) {}
  ~ResponseStream();
  ResponseStream(const ResponseStream&) = delete;
  ResponseStream& operator=(const ResponseStream&) = delete;

  /// Sends in order; dropped once closed. The writer bounds what waits by pending_bytes(): over
  /// FrontLimits::stream_pending_bytes the connection is closed.
  void write(std::string_view bytes);
  void end();

  /// Bytes that the system has not taken yet.
  std::size_t pending_bytes() const;
  /// True after end() and once the client has gone.
  bool closed() const { return closed_; }

  /// The client has gone before end(), or did not read for FrontLimits::write_stall. Called once;
  /// at once if it has happened already.
  void on_closed(std::function<void()> callback);
  /// Whenever nothing waits any more.
  void on_drained(std::function<void()> callback) { on_drained_ = std::move(callback); }

 private:
  friend class Connection;
  friend class Exchange;
  void notify_closed();
  void notify_drained();

  std::weak_ptr<Connection> connection_;
  bool closed_ = false;
  bool lost_ = false;
  std::function<void()> on_closed_;
  std::function<void()> on_drained_;
};

/// A connection that was handed over: it has changed its protocol, or it carries what is left of a
/// response.
struct Upgraded {
  std::unique_ptr<loop::Stream> stream;  ///< not reading
  std::string leftover;                  ///< what came after the request
  /// Counts the connection among those of the front: keep it as long as the stream.
  std::shared_ptr<void> slot;
};

/// One request and the way to answer it: exactly once, now or later, by respond(),
/// start_stream(), upgrade() or hand_over(). Loop thread. Answering twice, or after the client has
/// gone, does nothing; dropping the last reference without an answer answers 500.
class Exchange {
 public:
  Exchange(std::weak_ptr<Connection> connection, Request request)
      : connection_(std::move(connection)), request_(std::move(request)) {}
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  const Request& request() const { return request_; }
  /// For the handler to move the body out of.
  Request& request() { return request_; }
  const core::Caller& caller() const { return request_.caller; }

  bool answered() const { return answered_; }

  void respond(Response response);
  /// The error as a problem document with its status.
  void fail(const core::Error& error);
  /// Never null; closed at once if the client has gone or the request was HEAD.
  std::shared_ptr<ResponseStream> start_stream(int status, const Headers& headers);
  /// Answers 101 with `headers` (among them Upgrade) and hands the connection over. Nothing if the
  /// client has gone or half-closed, or the exchange is answered.
  std::optional<Upgraded> upgrade(const Headers& headers);
  /// Answers with `status` and `headers`, and hands the connection over: the body is whatever is
  /// written to it until it is closed. Nothing likewise.
  std::optional<Upgraded> hand_over(int status, const Headers& headers);

  /// The client closed its side before the answer (a half-close looks the same: an answer is still
  /// sent if it can be), or the connection broke or was killed. Called once; at once if it has
  /// happened already. Not noticed while FrontLimits::read_ahead_bytes of later requests wait.
  void on_disconnect(std::function<void()> callback);
  bool disconnected() const { return disconnected_; }

 private:
  friend class Connection;
  void notify_disconnected();
  std::shared_ptr<Connection> begin_answer();

  std::weak_ptr<Connection> connection_;
  Request request_;
  bool answered_ = false;
  bool disconnected_ = false;
  std::function<void()> on_disconnect_;
};

}  // namespace berth::http
