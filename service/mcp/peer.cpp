#include "service/mcp/peer.h"

#include <fmt/format.h>

#include "service/core/json.h"
#include "service/mcp/batch_reply.h"

namespace berth::mcp {
namespace {

LogSink log_sink(const CallRef& call, LogLevel least) {
  return [call, least](LogLevel level, std::string_view logger, std::string_view data) {
    if (level < least) return;
    core::JsonWriter params;
    params.begin_object().member("level", to_string(level)).member("logger", logger);
    params.raw_member("data", data).end_object();
    call.tell(notification(encode_notification("notifications/message", params.view())));
  };
}

/// `token`: raw JSON; empty = the client wants none.
ProgressSink progress_sink(const CallRef& call, const std::string& token) {
  if (token.empty()) return nullptr;
  return [call, token](double progress, std::optional<double> total, std::string_view text) {
    if (!call.advance(progress)) return;
    core::JsonWriter params;
    params.begin_object().raw_member("progressToken", token).member("progress", progress);
    params.member("total", total);
    if (!text.empty()) params.member("message", text);
    params.end_object();
    call.tell(notification(encode_notification("notifications/progress", params.view())));
  };
}

void cancel(Calls::Call call, const std::string& reason) {
  call.cancel->cancel(reason);
  call.end({});
}

}  // namespace

void Peer::receive(std::string_view text, const core::Caller& caller, Reply reply) {
  if (looks_like_batch(text)) return receive_batch(text, caller, reply);
  const auto message = parse_message(text);
  if (!message) return reply(refusal(message.error().id, message.error().error));
  receive(*message, caller, std::move(reply));
}

void Peer::receive(const Message& message, const core::Caller& caller, Reply reply) {
  if (message.kind == MessageKind::request) return request(message, caller, std::move(reply));
  if (message.kind == MessageKind::notification) {
    take_notification(message);
  } else {
    questions_->take(message);
  }
  reply({});
}

void Peer::receive_batch(std::string_view text, const core::Caller& caller, const Reply& reply) {
  const auto refuse = [&](int code, std::string why) {
    reply(refusal(std::nullopt, {code, std::move(why), {}}));
  };
  if (!handshake_ || !has_batches(*handshake_)) {
    return refuse(kInvalidRequest, "Invalid request: batches exist in revision 2025-03-26 only");
  }
  const auto elements = split_batch(text);
  if (!elements) return reply(refusal(std::nullopt, elements.error()));
  if (elements->empty() || elements->size() > kMaxBatch) {
    return refuse(kInvalidRequest,
                  fmt::format("Invalid request: a batch has 1 to {} messages", kMaxBatch));
  }
  const auto batch = std::make_shared<BatchReply>(elements->size(), reply);
  core::Caller part_caller = caller;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    // Two calls of one batch are two calls, although they came under one number.
    if (!caller.link_key.empty()) part_caller.link_key = fmt::format("{}/{}", caller.link_key, i);
    const Reply part = [batch](Outgoing outgoing) { batch->part(std::move(outgoing)); };
    const auto message = parse_message((*elements)[i]);
    if (!message) {
      part(refusal(message.error().id, message.error().error));
    } else if (message->method == "initialize") {
      part(refusal(message->id, {kInvalidRequest, "initialize must not be part of a batch", {}}));
    } else {
      receive(*message, part_caller, part);
    }
  }
}

void Peer::take_notification(const Message& message) {
  if (message.method != "notifications/cancelled" || !message.params) return;
  const core::JsonMember* member = message.params->find("requestId");
  const auto id = member == nullptr ? std::nullopt : MessageId::from(*member);
  if (!id) return;
  if (auto call = calls_->take(*id)) {
    cancel(std::move(*call), message.params->string("reason").value_or("cancelled by the client"));
  }
}

void Peer::request(const Message& message, const core::Caller& caller, Reply reply) {
  if (message.method == "initialize" && !is_modern_request(message)) {
    return initialize(message, reply);
  }
  if (calls_->contains(*message.id)) {
    return reply(refusal(message.id, {kInvalidRequest,
                                      fmt::format("Invalid request: id {} belongs to a request "
                                                  "that is not yet answered",
                                                  message.id->raw),
                                      {}}));
  }
  const auto meta = agree(message);
  if (!meta) return reply(refusal(message.id, meta.error()));
  if (calls_->size() >= kMaxInFlight) {
    return reply(refusal(
        message.id,
        {kInternalError, fmt::format("{} requests are in flight; wait for one", kMaxInFlight),
         R"({"code":"limit_exceeded"})"}));
  }
  dispatch(message, *meta, caller, std::move(reply));
}

/// Finds the revision that governs a request: its own, else the one of the handshake.
RpcResult<RequestMeta> Peer::agree(const Message& message) {
  auto meta = read_request_meta(message);
  if (!meta) return meta;
  if (meta->revision) {
    if (meta->client) client_ = *meta->client;
    return meta;
  }
  if (handshake_) {
    meta->revision = *handshake_;
  } else if (message.method == "ping") {
    meta->revision = kLatestHandshake;  // the one request allowed before initialize
  } else {
    return rpc_fail(kInvalidParams,
                    "params._meta[\"io.modelcontextprotocol/protocolVersion\"] is required, or "
                    "initialize first");
  }
  return meta;
}

void Peer::initialize(const Message& message, const Reply& reply) {
  const auto requested = message.params ? message.params->string("protocolVersion") : std::nullopt;
  if (!requested) {
    return reply(
        refusal(message.id, {kInvalidParams, "params.protocolVersion must be a string", {}}));
  }
  const auto known = parse_revision(*requested);
  handshake_ = known && !is_modern(*known) ? *known : kLatestHandshake;
  if (const auto info = message.params->object("clientInfo")) client_ = read_client_info(*info);
  const auto capabilities = message.params->object("capabilities");
  capabilities_ = capabilities ? read_client_capabilities(*capabilities) : ClientCapabilities();
  log_level_ = kFirstLogLevel;
  latest_revision_ = handshake_;
  subscribed_.reset();  // a client that starts anew subscribes anew
  reply(response(*message.id, server_.initialize_result(*handshake_)));
}

void Peer::dispatch(const Message& message, const RequestMeta& meta, const core::Caller& caller,
                    Reply reply) {
  latest_revision_ = meta.revision;
  auto cancellation = std::make_shared<core::Cancellation>();
  const CallRef call = calls_->add(*message.id, cancellation, std::move(reply));
  Request request;
  request.method = message.method;
  request.params = message.params ? &*message.params : nullptr;
  request.revision = *meta.revision;
  const bool modern = is_modern(request.revision);
  request.capabilities = modern ? meta.capabilities : capabilities_;
  request.context.caller = caller;
  // An agent sees its own sessions and jobs, also where its user may administer the service.
  request.context.caller.identity.scope = core::Scope::client;
  request.context.cancel = cancellation;
  request.context.progress = progress_sink(call, meta.progress_token);
  if (!modern || meta.log_level) {
    request.context.log = log_sink(call, modern ? *meta.log_level : log_level_);
  }
  const auto asks = inputs(request, call);
  if (!asks) return call.answer(rpc_fail(asks.error()));
  request.context.inputs = *asks;
  const Server::Done done = [call](const RpcResult<std::string>& result) { call.answer(result); };
  if (!modern && request.method == "logging/setLevel") {
    set_log_level(request, done);
  } else if (modern && request.method == "subscriptions/listen" &&
             (server_.resources() != nullptr || server_.tasks() != nullptr)) {
    listen(request, call);
  } else if (server_.resources() == nullptr) {
    server_.handle(std::move(request), done);
  } else if (!modern && request.method == "resources/subscribe") {
    subscribe(request, done);
  } else if (!modern && request.method == "resources/unsubscribe") {
    unsubscribe(request, done);
  } else {
    server_.handle(std::move(request), done);
  }
}

RpcResult<std::shared_ptr<Inputs>> Peer::inputs(const Request& request, const CallRef& call) const {
  if (!is_modern(request.revision)) {
    return std::make_shared<AskedInputs>(questions_, request.capabilities, call);
  }
  auto rounds = InputRounds::make(call, request, server_.sign(), server_.clock().now());
  if (!rounds) return rpc_fail(rounds.error());
  return std::shared_ptr<Inputs>(*rounds);
}

void Peer::set_log_level(const Request& request, const Server::Done& done) {
  const auto name = request.params == nullptr ? std::nullopt : request.params->string("level");
  const auto level = name ? parse_log_level(*name) : std::nullopt;
  if (!level)
    return done(rpc_fail(kInvalidParams, "params.level must be a log level such as info"));
  log_level_ = *level;
  done("{}");
}

void Peer::cancel_all(const std::string& reason) {
  const auto calls = calls_;  // a reply may destroy the peer
  while (auto call = calls->take_any()) cancel(std::move(*call), reason);
}

}  // namespace berth::mcp
