#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "service/core/identity.h"
#include "service/mcp/calls.h"
#include "service/mcp/client_questions.h"
#include "service/mcp/message.h"
#include "service/mcp/request_meta.h"
#include "service/mcp/server.h"
#include "service/mcp/watch_set.h"

namespace berth::mcp {

/// One client as the server sees it: a bridge link, a handshake session over HTTP, or a single
/// modern HTTP exchange. Holds what the client agreed on in `initialize`, if it did, and its
/// requests in flight and the resources it watches; both eras may come over one peer. Core loop.
/// Destroying it leaves its calls running and drops their answers: a lost connection is no
/// cancellation unless the transport says so by cancel_all().
class Peer {
 public:
  /// Requests at once; further ones are refused until one is answered.
  static constexpr std::size_t kMaxInFlight = 256;
  static constexpr std::size_t kMaxBatch = 64;
  /// Of a handshake client that has not set one.
  static constexpr LogLevel kFirstLogLevel = LogLevel::info;

  /// `server` must outlive the peer.
  explicit Peer(const Server& server) : server_(server) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// Takes one message (or a batch, in the revision that has them) in the name of `caller`, which
  /// holds for this message only. `reply` is called until `response` or `nothing`, now or later; of
  /// several requests in flight whichever is done first is answered first.
  void receive(std::string_view text, const core::Caller& caller, Reply reply);
  void receive(const Message& message, const core::Caller& caller, Reply reply);

  /// Cancels every request in flight; none of them is answered with a response.
  void cancel_all(const std::string& reason);

  /// Where changes go that a handshake client has subscribed to: what belongs to no request. None
  /// are sent before.
  void on_notification(Reply notify) { notify_ = std::move(notify); }
  /// Says of all that is subscribed that it may have changed: earlier notifications may be lost.
  void repeat_notifications();
  /// Answers every `subscriptions/listen`: the server ends it.
  void end_listening();

  std::size_t in_flight() const { return calls_->size(); }
  /// What `initialize` agreed on; nothing before, and for clients that are modern only.
  std::optional<Revision> handshake() const { return handshake_; }
  /// From `initialize` or the last modern request.
  const ClientInfo& client() const { return client_; }
  /// Of the last request that was understood; for display.
  std::optional<Revision> latest_revision() const { return latest_revision_; }

 private:
  void receive_batch(std::string_view text, const core::Caller& caller, const Reply& reply);
  void request(const Message& message, const core::Caller& caller, Reply reply);
  void take_notification(const Message& message);
  void initialize(const Message& message, const Reply& reply);
  RpcResult<RequestMeta> agree(const Message& message);
  void dispatch(const Message& message, const RequestMeta& meta, const core::Caller& caller,
                Reply reply);
  void set_log_level(const Request& request, const Server::Done& done);
  void listen(const Request& request, const CallRef& call);
  void subscribe(const Request& request, const Server::Done& done);
  void unsubscribe(const Request& request, const Server::Done& done);
  RpcResult<std::shared_ptr<Inputs>> inputs(const Request& request, const CallRef& call) const;

  const Server& server_;
  std::optional<Revision> handshake_;
  std::optional<Revision> latest_revision_;
  ClientInfo client_;
  ClientCapabilities capabilities_;  // told in the handshake
  LogLevel log_level_ = kFirstLogLevel;
  std::shared_ptr<Calls> calls_ = std::make_shared<Calls>();  // results hold it weakly
  std::shared_ptr<ClientQuestions> questions_ = std::make_shared<ClientQuestions>();
  std::shared_ptr<WatchBudget> watch_budget_ = std::make_shared<WatchBudget>();
  std::shared_ptr<WatchSet> subscribed_;  // once a handshake client has subscribed
  Reply notify_;
};

}  // namespace berth::mcp
