#pragma once

#include <functional>
#include <optional>
#include <string>

#include "service/mcp/message.h"
#include "service/mcp/request_meta.h"
#include "service/mcp/tool_set.h"

namespace berth::mcp {

/// How the server names itself.
struct ServerInfo {
  std::string name = "berth";
  std::string title = "Berth";
  std::string version{};
  std::string instructions{};  ///< how a model should use this server; empty = none
};

/// One request, stripped of everything that has to do with where it came from.
struct Request {
  std::string_view method;
  const core::JsonObject* params = nullptr;  ///< null = none
  Revision revision = Revision::r2026_07_28;
  CallContext context;
};

/// The methods of MCP, without state: what a request is answered depends on the request, its
/// revision and the tools alone. Peer adds what belongs to one client. Core loop.
class Server {
 public:
  /// The raw JSON result object, or the error. At most once; possibly before handle() returns.
  using Done = std::function<void(RpcResult<std::string>)>;

  /// `tools` must outlive the server.
  Server(ServerInfo info, const ToolSet& tools, std::size_t page_size = 100)
      : info_(std::move(info)), tools_(tools), page_size_(page_size) {}

  /// Any request but `initialize`.
  void handle(Request request, Done done) const;

  /// The result of `initialize` once the revision is agreed.
  std::string initialize_result(Revision revision) const;

 private:
  std::string discover() const;
  RpcResult<std::string> list_tools(const Request& request) const;
  void call_tool(Request request, Done done) const;
  std::string call_result(const ToolResult& result, Revision revision) const;

  ServerInfo info_;
  const ToolSet& tools_;
  std::size_t page_size_;
};

}  // namespace berth::mcp
