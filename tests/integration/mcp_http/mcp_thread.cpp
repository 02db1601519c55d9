#include "tests/integration/mcp_http/mcp_thread.h"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

namespace berth::test {

core::ConnectionId RecordingConnections::opened(core::ConnectionRecord record,
                                                std::function<void(const std::string&)> kill) {
  const core::ConnectionId id = record.id;
  open_.emplace(id, Open{std::move(record), std::move(kill)});
  return id;
}

void RecordingConnections::described(const core::ConnectionId& id, const std::string& client_name,
                                     const std::string& client_version,
                                     const std::string& protocol_version) {
  core::ConnectionRecord& record = open_.at(id).record;
  record.client_name = client_name;
  record.client_version = client_version;
  record.protocol_version = protocol_version;
}

void RecordingConnections::closed(const core::ConnectionId& id, const std::string& reason) {
  EXPECT_EQ(open_.erase(id), 1U) << "closed once";
  close_reasons.push_back(reason);
}

bool RecordingConnections::is_connected(const std::string& client_id) const {
  for (const auto& [id, open] : open_) {
    if (open.record.client_id == client_id) return true;
  }
  return false;
}

std::vector<core::ConnectionRecord> RecordingConnections::open_connections() const {
  std::vector<core::ConnectionRecord> records;
  for (const auto& [id, open] : open_) records.push_back(open.record);
  return records;
}

void RecordingConnections::kill_all(const std::string& reason) {
  std::vector<std::function<void(const std::string&)>> kills;
  for (const auto& [id, open] : open_) kills.push_back(open.kill);
  for (const auto& kill : kills) kill(reason);
}

McpThread::World::World(McpThread& thread, api_mcp::HandshakeLimits handshake,
                        api_mcp::LinkLimits link, api_mcp::WebSocketLimits websocket)
    : front(loop, thread.authenticator_, {}),
      server({.version = "1.2.3"}, tools, clock, mcp::sign_for_tests),
      http(loop, server, connections, clock, handshake),
      links(loop, server, connections, clock, link),
      websockets(loop, server, connections, feeds, thread.authenticator_, websocket) {
  mcp::Tool echo;
  echo.name = "echo";
  echo.input_schema =
      R"({"type":"object","properties":{"text":{"type":"string"}},"required":["text"]})";
  const auto first = tools.add(echo, [](const mcp::CallContext&, const rapidjson::Value& arguments,
                                        const mcp::ToolDone& done) {
    done(mcp::ToolResult{arguments["text"].GetString(), {}, false, {}});
  });
  mcp::Tool wait;
  wait.name = "wait";
  wait.input_schema = R"({"type":"object"})";
  const auto second = tools.add(
      wait, [this](mcp::CallContext context, const rapidjson::Value&, mcp::ToolDone done) {
        calls.push_back({std::move(context), std::move(done)});
      });
  if (!first || !second) throw std::runtime_error("the tools are not valid");
  http.add_routes(front.router());
  links.add_routes(front.router());
  websockets.add_routes(front.router());
}

McpThread::McpThread(api_mcp::HandshakeLimits handshake, api_mcp::LinkLimits link,
                     api_mcp::WebSocketLimits websocket) {
  std::promise<void> ready;
  thread_ = std::thread([&, handshake, link, websocket] {
    World world(*this, handshake, link, websocket);
    const auto port = world.front.listen_tcp("127.0.0.1", 0);
    world_ = &world;
    port_ = port.value_or(0);
    ready.set_value();
    world.loop.run();
  });
  ready.get_future().get();
}

McpThread::~McpThread() {
  world_->loop.stop();
  thread_.join();
}

void McpThread::on_loop(const std::function<void(World&)>& work) {
  std::promise<void> done;
  world_->loop.post([&] {
    work(*world_);
    done.set_value();
  });
  done.get_future().get();
}

bool McpThread::wait_until(const std::function<bool(World&)>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + SocketClient::kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    bool holds = false;
    on_loop([&](World& world) { holds = condition(world); });
    if (holds) return true;
    std::this_thread::yield();
  }
  return false;
}

void McpThread::finish(std::size_t call, const std::string& text) {
  on_loop([&](World& world) { world.calls.at(call).done(mcp::ToolResult{text, {}, false, {}}); });
}

std::string post_mcp(const std::string& body, const std::string& fields) {
  return post("/mcp", body,
              "Authorization: Bearer client-token\r\nContent-Type: application/json\r\n"
              "Accept: application/json, text/event-stream\r\n" +
                  fields);
}

}  // namespace berth::test
