#include "service/mcp/server.h"

#include <fmt/format.h>

#include "service/core/json.h"
#include "service/mcp/completion_methods.h"
#include "service/mcp/prompt_methods.h"
#include "service/mcp/resource_methods.h"
#include "service/mcp/task_methods.h"
#include "service/mcp/tool_methods.h"

namespace berth::mcp {

bool Server::has(std::string_view method, Revision revision) const {
  if (method == "tools/list" || method == "tools/call") return true;
  if (method == "resources/list" || method == "resources/templates/list" ||
      method == "resources/read") {
    return resources_ != nullptr;
  }
  if (method == "prompts/list" || method == "prompts/get") return prompts_ != nullptr;
  if (method == "completion/complete") return prompts_ != nullptr || resources_ != nullptr;
  if (is_task_method(method, revision)) return task_source_ != nullptr;
  return is_modern(revision) ? method == "server/discover" : method == "ping";
}

void Server::write_capabilities(core::JsonWriter& json, Revision revision) const {
  json.key("capabilities").begin_object().key("tools").begin_object().end_object();
  json.key("logging").begin_object().end_object();
  if (resources_ != nullptr) {
    json.key("resources").begin_object().member("subscribe", true).end_object();
  }
  if (prompts_ != nullptr) json.key("prompts").begin_object().end_object();
  if (prompts_ != nullptr || resources_ != nullptr) {
    json.key("completions").begin_object().end_object();
  }
  if (task_source_ != nullptr && is_modern(revision)) {
    json.key("extensions").begin_object().key(kTasksExtension).begin_object().end_object();
    json.end_object();
  } else if (task_source_ != nullptr && has_tasks(revision)) {
    json.raw_member("tasks", R"({"list":{},"cancel":{},"requests":{"tools":{"call":{}}}})");
  }
  json.end_object();
}

void Server::handle(Request request, Done done) const {
  if (!has(request.method, request.revision)) {
    done(rpc_fail(kMethodNotFound, fmt::format("Method not found: {}", request.method)));
  } else if (request.method == "server/discover") {
    done(discover());
  } else if (request.method == "ping") {
    done("{}");
  } else if (request.method == "tools/list") {
    done(list_tools(tools_, info_, request, page_size_, task_source_ != nullptr));
  } else if (request.method.starts_with("resources/")) {
    use_resources(request, std::move(done));
  } else if (request.method == "prompts/list") {
    done(list_prompts(*prompts_, info_, request.params, request.revision));
  } else if (request.method == "prompts/get") {
    get_prompt(*prompts_, info_, std::move(request.context), request.params, request.revision,
               std::move(done));
  } else if (request.method == "completion/complete") {
    complete(prompts_, resources_, info_, request.context.caller, request.params, request.revision,
             std::move(done));
  } else if (request.method == "tools/call") {
    call_tool(tools_, info_, task_source_, std::move(request), std::move(done));
  } else {
    serve_task_method(*task_source_, info_, request, std::move(done));
  }
}

void Server::use_resources(const Request& request, Done done) const {
  if (request.method == "resources/list") {
    list_resources(*resources_, info_, request, std::move(done));
  } else if (request.method == "resources/read") {
    read_resource(*resources_, info_, request, std::move(done));
  } else if (request.params != nullptr && request.params->has("cursor")) {
    done(rpc_fail(invalid_cursor()));  // there is one page
  } else {
    done(list_resource_templates(*resources_, info_, request.revision));
  }
}

std::string Server::initialize_result(Revision revision) const {
  core::JsonWriter json;
  json.begin_object().member("protocolVersion", to_string(revision));
  write_capabilities(json, revision);
  json.key("serverInfo");
  write_implementation(json, info_, revision);
  if (!info_.instructions.empty()) json.member("instructions", info_.instructions);
  json.end_object();
  return json.str();
}

std::string Server::discover() const {
  constexpr Revision kRevision = Revision::r2026_07_28;
  core::JsonWriter json;
  begin_result(json, kRevision);
  json.key("supportedVersions").begin_array();
  for (const Revision revision : kModernRevisions) json.value(to_string(revision));
  json.end_array();
  write_capabilities(json, kRevision);
  if (!info_.instructions.empty()) json.member("instructions", info_.instructions);
  write_cache_hints(json, kRevision, kUntilNewVersion);
  write_meta(json, info_, kRevision);
  json.end_object();
  return json.str();
}

}  // namespace berth::mcp
