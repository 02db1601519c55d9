#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "service/core/json.h"
#include "service/mcp/peer.h"
#include "tests/support/sign_for_tests.h"
#include "tests/support/virtual_clock.h"

namespace berth::mcp {

/// A peer on a server with two tools: `get_weather` of the specification's examples, which answers
/// at once, and `wait`, whose calls stay open until the test ends them.
class PeerTest : public testing::Test {
 protected:
  struct OpenCall {
    CallContext context;
    ToolDone done;
  };

  PeerTest() {
    Tool weather;
    weather.name = "get_weather";
    weather.title = "Weather Information Provider";
    weather.description = "Get current weather information for a location";
    weather.input_schema =
        R"({"type":"object","properties":{"location":{"type":"string","description":"City name or zip code"}},"required":["location"]})";
    weather.output_schema =
        R"({"type":"object","properties":{"temperature":{"type":"number"}},"required":["temperature"]})";
    weather.annotations.read_only = true;
    EXPECT_TRUE(tools_.add(
        weather, [](const CallContext&, const rapidjson::Value& arguments, const ToolDone& done) {
          const std::string where = arguments["location"].GetString();
          if (where == "Atlantis") {
            core::Error error{core::ErrorCode::limit_exceeded, "Too deep", "arguments.location",
                              core::Milliseconds(1500)};
            return done(core::fail(error));
          }
          done(ToolResult{"Current weather in " + where, R"({"temperature":22.5})", false, {}});
        }));
    Tool wait;
    wait.name = "wait";
    wait.input_schema = R"({"type":"object","additionalProperties":false})";
    EXPECT_TRUE(
        tools_.add(wait, [this](CallContext context, const rapidjson::Value&, ToolDone done) {
          open_.push_back({std::move(context), std::move(done)});
        }));
  }

  void send(std::string_view text) {
    peer_->receive(text, caller_, [this](Outgoing outgoing) {
      last_ = outgoing;
      if (outgoing.kind == Outgoing::Kind::nothing) {
        ++silent_;
      } else {
        sent_.push_back(outgoing.text);
      }
    });
  }

  /// Sends a message and gives what it led to.
  std::string ask(std::string_view text) {
    const std::size_t before = sent_.size();
    send(text);
    return sent_.size() == before ? std::string() : sent_.back();
  }

  static rapidjson::Document parse(const std::string& text) {
    auto document = core::parse_json(text);
    EXPECT_TRUE(document) << text;
    return document ? std::move(*document) : rapidjson::Document();
  }

  static int error_code(const std::string& text) {
    const auto document = parse(text);
    return document.IsObject() && document.HasMember("error") ? document["error"]["code"].GetInt()
                                                              : 0;
  }

  void shake_hands(std::string_view version) {
    ask(R"({"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":")" +
        std::string(version) +
        R"(","capabilities":{},"clientInfo":{"name":"ExampleClient","version":"1.0.0"}}})");
    send(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
    sent_.clear();
    silent_ = 0;
  }

  /// A modern request with the members of `params` after `_meta`.
  static std::string modern(const std::string& id, const std::string& method,
                            const std::string& params = "", const std::string& meta = "") {
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method +
           R"(","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
           R"("io.modelcontextprotocol/clientInfo":{"name":"ExampleClient","version":"1.0.0"},)"
           R"("io.modelcontextprotocol/clientCapabilities":{})" +
           meta + "}" + (params.empty() ? "" : "," + params) + "}}";
  }

  static std::string plain(const std::string& id, const std::string& method,
                           const std::string& params = "{}") {
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method + R"(","params":)" +
           params + "}";
  }

  ToolSet tools_;
  support::VirtualClock clock_;
  Server server_{
      {.version = "1.2.3", .instructions = "Use it well."}, tools_, clock_, sign_for_tests};
  core::Caller caller_;
  std::unique_ptr<Peer> peer_ = std::make_unique<Peer>(server_);
  std::vector<OpenCall> open_;
  std::vector<std::string> sent_;
  Outgoing last_;
  int silent_ = 0;
};

}  // namespace berth::mcp
