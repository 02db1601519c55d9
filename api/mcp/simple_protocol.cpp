#include "api/mcp/simple_protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "service/core/json.h"

namespace berth::api_mcp {
namespace {

/// The revision whose results a simple client gets: `content`, `structuredContent`, `isError`.
constexpr mcp::Revision kRevision = mcp::Revision::r2025_11_25;

mcp::Message request(std::string method, const mcp::MessageId& id,
                     std::vector<core::JsonMember> params) {
  mcp::Message message;
  message.kind = mcp::MessageKind::request;
  message.id = id;
  message.method = std::move(method);
  message.params = core::JsonObject(std::move(params));
  return message;
}

/// Berth's own code of a JSON-RPC error.
std::string error_code(const core::JsonObject& error) {
  if (const auto data = error.object("data")) {
    if (auto code = data->string("code")) return *std::move(code);
  }
  const core::JsonMember* number = error.find("code");
  const std::string_view raw = number == nullptr ? "" : number->raw;
  const auto is = [raw](int code) { return raw == std::to_string(code); };
  if (is(mcp::kInvalidParams) || is(mcp::kInvalidRequest)) {
    return std::string(core::to_string(core::ErrorCode::invalid_argument));
  }
  return std::string(core::to_string(core::ErrorCode::internal));
}

}  // namespace

/// A list of tools that is being gathered page by page.
struct SimpleProtocol::Listing {
  mcp::MessageId id;
  core::Caller caller;
  std::string tools;  ///< the elements so far
};

SimpleProtocol::SimpleProtocol(mcp::Peer& peer, core::EventFeeds& feeds, Socket socket)
    : peer_(peer), socket_(socket), events_(feeds, std::move(socket)) {
  const std::string initialize =
      fmt::format(R"({{"jsonrpc":"2.0","id":0,"method":"initialize","params":)"
                  R"({{"protocolVersion":"{}","capabilities":{{}}}}}})",
                  mcp::to_string(kRevision));
  peer_.receive(initialize, core::Caller{}, [](const mcp::Outgoing&) {});
}

void SimpleProtocol::receive(std::string_view text, const core::Caller& caller) {
  constexpr auto kInvalid = core::ErrorCode::invalid_argument;
  const auto message = core::scan_object(text);
  if (!message) return refuse(std::nullopt, core::to_string(kInvalid), message.error().message);
  const core::JsonMember* id_member = message->find("id");
  const auto id = id_member == nullptr ? std::nullopt : mcp::MessageId::from(*id_member);
  const auto op = message->string("op");
  if (op != "list_tools" && op != "call_tool" && op != "subscribe_events") {
    return refuse(id, core::to_string(kInvalid),
                  "op must be list_tools, call_tool or subscribe_events");
  }
  // Events come by themselves: who wants no answer to subscribe_events gives it no id.
  const bool needs_id = op != "subscribe_events" || id_member != nullptr;
  if (needs_id && !id) {
    return refuse(id, core::to_string(kInvalid), "id must be a string or an integer");
  }
  if (op == "subscribe_events") return subscribe_events(*message, id, caller);
  if (op == "call_tool") return call_tool(*message, *id, caller);
  list_tools(std::make_shared<Listing>(Listing{*id, caller, {}}), {});
}

void SimpleProtocol::subscribe_events(const core::JsonObject& message,
                                      const std::optional<mcp::MessageId>& id,
                                      const core::Caller& caller) {
  constexpr std::array<std::string_view, 4> kMembers{"op", "id", "filter", "last_event_id"};
  for (const core::JsonMember& member : message.members()) {
    if (std::ranges::find(kMembers, member.key) != kMembers.end()) continue;
    return refuse(id, core::to_string(core::ErrorCode::invalid_argument),
                  member.key + " is not known; there are filter and last_event_id");
  }
  const auto subscribed = events_.subscribe(message, caller);
  if (!subscribed) {
    return refuse(id, core::to_string(subscribed.error().code), subscribed.error().message);
  }
  if (!id) return;
  core::JsonWriter json;
  json.begin_object().member("op", "subscribed").raw_member("id", id->raw).end_object();
  socket_.send(json.str());
}

void SimpleProtocol::call_tool(const core::JsonObject& message, const mcp::MessageId& id,
                               const core::Caller& caller) {
  std::vector<core::JsonMember> params;
  for (const char* name : {"name", "arguments"}) {
    if (const core::JsonMember* member = message.find(name)) params.push_back(*member);
  }
  peer_.receive(request("tools/call", id, std::move(params)), caller,
                [weak = weak_from_this(), id](const mcp::Outgoing& outgoing) {
                  if (const auto self = weak.lock()) self->answer(id, outgoing);
                });
}

void SimpleProtocol::list_tools(const std::shared_ptr<Listing>& listing, std::string_view cursor) {
  std::vector<core::JsonMember> params;
  if (!cursor.empty()) params.push_back({"cursor", cursor, core::JsonKind::string});
  peer_.receive(request("tools/list", listing->id, std::move(params)), listing->caller,
                [weak = weak_from_this(), listing](const mcp::Outgoing& outgoing) {
                  if (const auto self = weak.lock()) self->take_page(listing, outgoing);
                });
}

void SimpleProtocol::take_page(const std::shared_ptr<Listing>& listing,
                               const mcp::Outgoing& outgoing) {
  const auto response = core::scan_object(outgoing.text);
  const auto page = response ? response->object("result") : std::nullopt;
  if (!page) return answer(listing->id, outgoing);
  const core::JsonMember* tools = page->find("tools");
  if (tools != nullptr && tools->raw.size() > 2) {
    if (!listing->tools.empty()) listing->tools += ',';
    listing->tools += tools->raw.substr(1, tools->raw.size() - 2);  // without its brackets
  }
  if (const core::JsonMember* cursor = page->find("nextCursor")) {
    return list_tools(listing, cursor->raw);
  }
  core::JsonWriter json;
  json.begin_object().member("op", "tools").raw_member("id", listing->id.raw);
  json.raw_member("tools", "[" + listing->tools + "]").end_object();
  socket_.send(json.str());
}

void SimpleProtocol::answer(const mcp::MessageId& id, const mcp::Outgoing& outgoing) {
  if (outgoing.kind == mcp::Outgoing::Kind::notification) return;
  if (outgoing.kind == mcp::Outgoing::Kind::nothing) {
    return refuse(id, core::to_string(core::ErrorCode::cancelled), "The call was cancelled");
  }
  const auto response = core::scan_object(outgoing.text);
  if (const core::JsonMember* result = response ? response->find("result") : nullptr) {
    core::JsonWriter json;
    json.begin_object().member("op", "result").raw_member("id", id.raw);
    json.raw_member("result", result->raw).end_object();
    return socket_.send(json.str());
  }
  const auto error = response ? response->object("error") : std::nullopt;
  if (error) refuse(id, error_code(*error), error->string("message").value_or(""));
}

void SimpleProtocol::refuse(const std::optional<mcp::MessageId>& id, std::string_view code,
                            std::string_view message) {
  core::JsonWriter json;
  json.begin_object().member("op", "error");
  if (id) json.raw_member("id", id->raw);
  json.key("error").begin_object().member("code", code).member("message", message);
  json.end_object().end_object();
  socket_.send(json.str());
}

}  // namespace berth::api_mcp
