#pragma once

#include <functional>
#include <optional>
#include <string>

#include "service/core/resources.h"
#include "service/core/time.h"
#include "service/mcp/input_rounds.h"
#include "service/mcp/prompt_set.h"
#include "service/mcp/request.h"
#include "service/mcp/result.h"
#include "service/mcp/task.h"
#include "service/mcp/tool_set.h"

namespace berth::mcp {

/// The methods of MCP, without state: what a request is answered depends on the request, its
/// revision, the tools and the resources alone. Peer adds what belongs to one client. Core loop.
class Server {
 public:
  /// The raw JSON result object, or the error. At most once; possibly before handle() returns.
  using Done = std::function<void(RpcResult<std::string>)>;

  /// All must outlive the server. Without resources, prompts or tasks it does not offer any.
  Server(ServerInfo info, const ToolSet& tools, const core::Clock& clock, Sign sign,
         std::size_t page_size = 100, core::Resources* resources = nullptr,
         const PromptSet* prompts = nullptr, TaskSource* tasks = nullptr)
      : info_(std::move(info)),
        tools_(tools),
        clock_(clock),
        sign_(std::move(sign)),
        page_size_(page_size),
        resources_(resources),
        prompts_(prompts),
        task_source_(tasks) {}

  /// Any request but `initialize`.
  void handle(Request request, Done done) const;

  /// The result of `initialize` once the revision is agreed.
  std::string initialize_result(Revision revision) const;

  /// What clients can watch or wait for; null if there are none.
  core::Resources* resources() const { return resources_; }
  TaskSource* tasks() const { return task_source_; }
  const ServerInfo& info() const { return info_; }
  const ToolSet& tools() const { return tools_; }
  const core::Clock& clock() const { return clock_; }
  const Sign& sign() const { return sign_; }

 private:
  bool has(std::string_view method, Revision revision) const;
  void write_capabilities(core::JsonWriter& json, Revision revision) const;
  void use_resources(const Request& request, Done done) const;
  std::string discover() const;

  ServerInfo info_;
  const ToolSet& tools_;
  const core::Clock& clock_;
  Sign sign_;
  std::size_t page_size_;
  core::Resources* resources_;
  const PromptSet* prompts_;
  TaskSource* task_source_;
};

}  // namespace berth::mcp
