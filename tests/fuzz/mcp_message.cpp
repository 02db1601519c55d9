#include "service/mcp/message.h"

#include <string>

#include "service/core/json.h"
#include "service/core/text.h"
#include "service/mcp/peer.h"
#include "tests/fuzz/targets.h"
#include "tests/support/sign_for_tests.h"

namespace berth::fuzz {
namespace {

void check_message(std::string_view text) {
  const auto message = mcp::parse_message(text);
  const auto id = message ? message->id : message.error().id;
  const std::string refusal = mcp::encode_error(id, {mcp::kInvalidRequest, "no", {}});
  require(core::scan_object(refusal).has_value(), "an error is JSON whatever the id was");
  if (!message) return;
  const bool is_request = message->kind == mcp::MessageKind::request;
  require(!is_request || message->id.has_value(), "a request has an id");
  if (!message->id) return;
  const auto answer = mcp::parse_message(mcp::encode_result(*message->id, "{}"));
  require(answer.has_value() && answer->kind == mcp::MessageKind::result, "a result is a message");
  require(answer->id == message->id, "an answer has the id of its request");
}

mcp::ToolSet tools() {
  mcp::ToolSet set;
  mcp::Tool echo;
  echo.name = "echo";
  echo.input_schema = R"({"type":"object","properties":{"text":{"type":"string","maxLength":64}}})";
  const auto added = set.add(echo, [](const mcp::CallContext&, const rapidjson::Value& arguments,
                                      const mcp::ToolDone& done) {
    const auto text = arguments.FindMember("text");
    done(mcp::ToolResult{
        text == arguments.MemberEnd() ? "" : text->value.GetString(), {}, false, {}});
  });
  require(added.has_value(), "the tool is valid");
  return set;
}

/// The input as the only message of a client that has shaken hands, or has not.
void check_peer(std::string_view text, bool handshake) {
  static const mcp::ToolSet set = tools();
  static const core::SystemClock clock;
  static const mcp::Server server({.version = "1"}, set, clock, mcp::sign_for_tests);
  mcp::Peer peer(server);
  if (handshake) {
    peer.receive(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":)"
                 R"({"protocolVersion":"2025-03-26","capabilities":{}}})",
                 core::Caller{}, [](const mcp::Outgoing&) {});
  }
  int last = 0;
  peer.receive(text, core::Caller{}, [&](const mcp::Outgoing& outgoing) {
    require(last == 0, "nothing follows the last");
    if (outgoing.kind != mcp::Outgoing::Kind::notification) ++last;
    if (outgoing.kind == mcp::Outgoing::Kind::nothing) return;
    require(core::parse_json(outgoing.text).has_value(), "what is sent is JSON");
    require(outgoing.text.find('\n') == std::string::npos, "what is sent is one line");
  });
  require(last == 1, "each message comes to an end");
}

}  // namespace

void mcp_message(std::string_view input) {
  check_message(input);
  check_peer(input, false);
  check_peer(input, true);
  if (!mcp::looks_like_batch(input)) return;
  const auto elements = mcp::split_batch(input);
  if (!elements) return;
  const auto parsed = core::parse_json(input);
  require(parsed.has_value() && parsed->IsArray(), "a batch is an array");
  require(parsed->Size() == elements->size(), "a batch keeps its elements");
  for (const std::string_view element : *elements) check_message(element);
}

}  // namespace berth::fuzz
