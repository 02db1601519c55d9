#include "api/mcp/http_binding.h"

#include <utility>
#include <vector>

#include "api/http/problem.h"
#include "api/mcp/header_checks.h"
#include "api/mcp/parameter_headers.h"

namespace berth::api_mcp {
namespace {

constexpr std::string_view kSessionId = "Mcp-Session-Id";

bool is_handshake_version(std::string_view text) {
  const auto revision = mcp::parse_revision(text);
  return revision && !mcp::is_modern(*revision);
}

/// A modern body, or a header that no client of the handshake era sends.
bool is_modern(const http::Request& request, const mcp::Message& message) {
  if (mcp::is_modern_request(message)) return true;
  const auto version = request.header("MCP-Protocol-Version");
  return version && !is_handshake_version(*version);
}

bool wants_progress(const mcp::Message& message) {
  const auto meta = message.meta();
  return meta && meta->has("progressToken");
}

/// Sends what a peer answers to one message back over its exchange.
std::shared_ptr<Answer> make_answer(loop::Loop& loop,
                                    const std::shared_ptr<http::Exchange>& exchange,
                                    const mcp::Message& message, Answer::Era era) {
  auto answer = std::make_shared<Answer>(loop, exchange, era);
  if (message.kind == mcp::MessageKind::request) answer->expect_response();
  return answer;
}

}  // namespace

HttpBinding::HttpBinding(loop::Loop& loop, const mcp::Server& server,
                         core::Connections& connections, const core::Clock& clock,
                         HandshakeLimits limits)
    : loop_(loop), server_(server), sessions_(loop, server, connections, clock, limits) {}

void HttpBinding::add_routes(http::Router& router) {
  http::RouteOptions options;
  options.access = http::Access::client;
  options.body_bytes = kMaxMessageBytes;
  router.add(http::Method::post, "/mcp", options,
             [this](const Exchange& exchange) { post(exchange); });
  router.add(http::Method::get, "/mcp", options,
             [this](const Exchange& exchange) { listen(exchange); });
  router.add(http::Method::remove, "/mcp", options,
             [this](const Exchange& exchange) { remove(exchange); });
}

void HttpBinding::post(const Exchange& exchange) {
  const http::Request& request = exchange->request();
  if (const int status = check_media_types(request); status != 0) {
    return refuse(*exchange, status, std::nullopt,
                  {mcp::kInvalidRequest,
                   status == 415 ? "Content-Type must be application/json"
                                 : "Accept must list both application/json and text/event-stream",
                   {}});
  }
  if (mcp::looks_like_batch(request.body)) return in_session(exchange, nullptr);
  const auto message = mcp::parse_message(request.body);
  if (!message) return refuse(*exchange, 400, message.error().id, message.error().error);
  if (is_modern(request, *message)) return modern(exchange, *message);
  if (message->method == "initialize" && message->kind == mcp::MessageKind::request) {
    return initialize(exchange, *message);
  }
  in_session(exchange, &*message);
}

void HttpBinding::modern(const Exchange& exchange, const mcp::Message& message) {
  const http::Request& request = exchange->request();
  auto checked = check_modern_headers(request, message);
  if (checked) checked = check_parameter_headers(request, message, server_.tools());
  if (!checked) return refuse(*exchange, 400, message.id, checked.error());
  if (message.kind == mcp::MessageKind::result || message.kind == mcp::MessageKind::error) {
    return refuse(*exchange, 400, message.id,
                  {mcp::kInvalidRequest, "This revision has no responses from clients", {}});
  }
  const std::uint64_t number = next_exchange_++;
  mcp::Peer& peer = *exchanges_.emplace(number, std::make_unique<mcp::Peer>(server_)).first->second;
  const auto answer = make_answer(loop_, exchange, message, Answer::Era::modern);
  answer->on_finished([this, number] { exchanges_.erase(number); });
  answer->on_abandoned([this, number] {
    const auto found = exchanges_.find(number);
    if (found != exchanges_.end()) {
      found->second->cancel_all("the client closed the response stream");
    }
  });
  peer.receive(message, exchange->caller(), answer->reply());
  if (wants_progress(message)) answer->open_stream();
}

void HttpBinding::initialize(const Exchange& exchange, const mcp::Message& message) {
  const auto started = sessions_.start(exchange->caller(), exchange->request().peer);
  if (!started) return exchange->fail(started.error());
  HandshakeSessions::Session& session = **started;
  const auto answer = make_answer(loop_, exchange, message, Answer::Era::handshake);
  answer->add_headers({{std::string(kSessionId), session.id.str()}});
  session.peer.receive(message, exchange->caller(), answer->reply());
  if (!session.peer.handshake()) return sessions_.end(session.id, "initialize was refused");
  sessions_.describe(session);
}

void HttpBinding::in_session(const Exchange& exchange, const mcp::Message* message) {
  HandshakeSessions::Session* session =
      session_of(exchange, message == nullptr ? std::nullopt : message->id);
  if (session == nullptr) return;
  core::Caller caller = exchange->caller();
  caller.connection_id = session->id;
  const auto make_stream = [session] {
    return session->streams.for_answer(session->peer.handshake());
  };
  if (message == nullptr) {
    const auto answer = std::make_shared<Answer>(loop_, exchange, Answer::Era::handshake);
    answer->stream_by(make_stream);
    return session->peer.receive(exchange->request().body, caller, answer->reply());
  }
  const auto answer = make_answer(loop_, exchange, *message, Answer::Era::handshake);
  answer->stream_by(make_stream);
  session->peer.receive(*message, caller, answer->reply());
  if (wants_progress(*message)) answer->open_stream();
}

void HttpBinding::listen(const Exchange& exchange) {
  const http::Request& request = exchange->request();
  if (!request.header(std::string(kSessionId))) {
    // What a modern client hears that has mistaken the server for one of before.
    const core::Error error{core::ErrorCode::unsupported,
                            "GET is for the stream of an MCP session: Mcp-Session-Id is required",
                            {},
                            {}};
    auto response = http::problem(error, exchange->caller().correlation_id, 405);
    return exchange->respond(std::move(response).with("Allow", "POST"));
  }
  if (!accepts_event_stream(request)) {
    return refuse(*exchange, 406, std::nullopt,
                  {mcp::kInvalidRequest, "Accept must list text/event-stream", {}});
  }
  HandshakeSessions::Session* session = session_of(exchange, std::nullopt);
  if (session == nullptr) return;
  const auto last = request.header("Last-Event-ID");
  const auto position = last ? EventPosition::parse(*last) : std::nullopt;
  if (last && !(position && SessionStreams::is_listening(*position))) {
    return resume(exchange, *session, position);
  }
  session->open_stream(std::make_shared<Answer>(loop_, exchange, Answer::Era::handshake));
}

/// Sends what the client has missed of the answer to one of its requests, and what is still to
/// come.
void HttpBinding::resume(const Exchange& exchange, const HandshakeSessions::Session& session,
                         const std::optional<EventPosition>& position) {
  const auto stream = position ? session.streams.find(*position) : nullptr;
  if (!stream || !stream->can_go_on(position->number)) {
    return refuse(*exchange, 400, std::nullopt,
                  {mcp::kInvalidRequest, "Last-Event-ID names no stream that can be resumed", {}});
  }
  stream->connect(exchange->start_stream(200, http::event_stream_headers()), position->number);
}

void HttpBinding::stop() {
  std::vector<std::uint64_t> numbers;  // an answer takes its exchange away
  for (const auto& [number, peer] : exchanges_) numbers.push_back(number);
  for (const std::uint64_t number : numbers) {
    const auto found = exchanges_.find(number);
    if (found != exchanges_.end()) found->second->end_listening();
  }
}

void HttpBinding::remove(const Exchange& exchange) {
  const HandshakeSessions::Session* session = session_of(exchange, std::nullopt);
  if (session == nullptr) return;
  sessions_.end(core::ConnectionId(session->id), "ended by its client");
  exchange->respond(http::Response::no_content());
}

/// The session a request names; null once it has been refused.
HandshakeSessions::Session* HttpBinding::session_of(const Exchange& exchange,
                                                    const std::optional<mcp::MessageId>& id) {
  const http::Request& request = exchange->request();
  // A client that sends no version is of 2025-03-26; its session knows what was agreed.
  const auto version = request.header("MCP-Protocol-Version");
  if (version && !is_handshake_version(*version)) {
    refuse(*exchange, 400, id, mcp::unsupported_version(*version, mcp::kHandshakeRevisions));
    return nullptr;
  }
  const auto name = request.header(std::string(kSessionId));
  if (!name) {
    refuse(*exchange, 400, id,
           {mcp::kInvalidRequest, "Mcp-Session-Id is required: initialize first", {}});
    return nullptr;
  }
  HandshakeSessions::Session* session = sessions_.find(*name, exchange->caller());
  if (session == nullptr) {
    refuse(*exchange, 404, id,
           {mcp::kInvalidRequest, "This MCP session has ended: initialize again", {}});
  }
  return session;
}

}  // namespace berth::api_mcp
