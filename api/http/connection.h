#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/exchange.h"
#include "api/http/gate.h"
#include "api/http/limits.h"
#include "api/http/refusal.h"
#include "api/http/request_reader.h"
#include "api/http/response.h"
#include "api/http/router.h"
#include "api/http/statistics.h"
#include "api/http/target.h"
#include "service/core/time.h"
#include "service/loop/loop.h"
#include "service/loop/stream.h"
#include "service/loop/timer.h"

namespace berth::http {

/// What a front's connections share. It outlives every connection that is not closed.
struct FrontContext {
  loop::Loop& loop;
  const FrontLimits& limits;
  const Router& router;
  const Gate& gate;
  Statistics& statistics;
  bool draining = false;
  std::function<void(const core::ConnectionId&)> on_closed;
  std::function<std::shared_ptr<void>()> take_upgrade_slot;
};

/// One client connection: reads a request (connection.cpp), lets it in, hands it to its handler,
/// sends what the handler answers (connection_answer.cpp), then takes the next one. Strictly one
/// request at a time, so that pipelined answers keep their order and nothing piles up. Private to
/// this folder; loop thread.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(FrontContext& context, std::unique_ptr<loop::Stream> stream, bool local);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();
  /// Instead of start(): answers 503 to whatever comes.
  void turn_away();
  /// At once; a request in progress is told by on_disconnect / on_closed.
  void close();
  /// Closes it if no request is in progress; one that is, is its last.
  void begin_drain();

  const core::ConnectionId& id() const { return peer_.connection_id; }
  ConnectionInfo info() const;

  // For Exchange and ResponseStream:
  void respond(Response response);
  /// 500 in place of a handler that could not.
  void answer_for_handler(std::string_view what_happened);
  /// False if nothing more can be written (HEAD, invalid headers).
  bool start_stream(const std::shared_ptr<ResponseStream>& stream, int status,
                    const Headers& headers);
  void write_stream(std::string_view bytes);
  void end_stream();
  void abort_stream();
  std::optional<Upgraded> hand_over(int status, const Headers& headers);
  std::size_t pending_bytes() const { return stream_ ? stream_->pending_bytes() : 0; }

 private:
  enum class State {
    reading,    ///< a request comes in, or none yet
    handling,   ///< a handler has it
    streaming,  ///< its response is a ResponseStream
    flushing,   ///< the response waits for the client to take it
    lingering,  ///< the last response is out; waiting for the client to close
    closed,     ///< or handed over
  };
  enum class Deadline { none, idle, head, body, write, linger };

  /// The request being answered, as far as its response depends on it.
  struct Current {
    Method method = Method::get;
    bool http_1_0 = false;
    bool keep_alive = false;
    core::CorrelationId correlation_id;
  };
  /// A request that has been let in and waits for its body.
  struct Admitted {
    Target target;
    Match match;
    core::Caller caller;
  };

  void on_data(std::string_view bytes);
  void on_end(bool broken);
  void on_drained();
  void on_deadline();

  void advance();
  void admit();
  Accepted<Admitted> try_admit(const Head& head);
  void dispatch();
  void next_request();
  void check_body_rate();
  void pause_reading();
  void resume_reading();
  void arm(Deadline deadline);

  void refuse(const Refusal& refusal);
  void send(Response response);
  void write(std::string bytes);
  void finish_response();
  void linger();
  void watch_writes();
  void check_write_progress();

  FrontContext& context_;
  std::unique_ptr<loop::Stream> stream_;
  loop::Timer timer_;
  Deadline deadline_ = Deadline::none;
  Peer peer_;
  core::Timestamp opened_at_;
  RequestReader reader_;

  State state_ = State::reading;
  bool advancing_ = false;
  bool reading_paused_ = true;
  bool peer_ended_ = false;
  bool shut_down_ = false;
  Current current_;
  Admitted admitted_;
  std::weak_ptr<Exchange> exchange_;
  std::weak_ptr<ResponseStream> response_stream_;

  std::string principal_;  ///< of the latest request
  std::string client_id_;
  core::Instant body_started_{};
  std::size_t window_start_ = 0;  ///< body bytes there were when the current window began
  std::uint64_t taken_ = 0;       ///< bytes the system had taken when writing was last checked
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t requests_ = 0;
  std::size_t discarded_ = 0;
};

}  // namespace berth::http
