#include "service/mcp/server.h"

#include <fmt/format.h>

#include "service/core/json.h"
#include "service/mcp/completion_methods.h"
#include "service/mcp/prompt_methods.h"
#include "service/mcp/resource_methods.h"

namespace berth::mcp {

bool Server::has(std::string_view method, Revision revision) const {
  if (method == "tools/list" || method == "tools/call") return true;
  if (method == "resources/list" || method == "resources/templates/list" ||
      method == "resources/read") {
    return resources_ != nullptr;
  }
  if (method == "prompts/list" || method == "prompts/get") return prompts_ != nullptr;
  if (method == "completion/complete") return prompts_ != nullptr || resources_ != nullptr;
  return is_modern(revision) ? method == "server/discover" : method == "ping";
}

void Server::write_capabilities(core::JsonWriter& json) const {
  json.key("capabilities").begin_object().key("tools").begin_object().end_object();
  json.key("logging").begin_object().end_object();
  if (resources_ != nullptr) {
    json.key("resources").begin_object().member("subscribe", true).end_object();
  }
  if (prompts_ != nullptr) json.key("prompts").begin_object().end_object();
  if (prompts_ != nullptr || resources_ != nullptr) {
    json.key("completions").begin_object().end_object();
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
    done(list_tools(request));
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
  } else {
    call_tool(std::move(request), std::move(done));
  }
}

void Server::use_resources(const Request& request, Done done) const {
  const ResourceRequest resource{request.context.caller, request.params, request.revision};
  if (request.method == "resources/list") {
    list_resources(*resources_, info_, resource, std::move(done));
  } else if (request.method == "resources/read") {
    read_resource(*resources_, info_, resource, std::move(done));
  } else if (request.params != nullptr && request.params->has("cursor")) {
    done(rpc_fail(kInvalidParams, "Invalid cursor"));  // there is one page
  } else {
    done(list_resource_templates(*resources_, info_, request.revision));
  }
}

std::string Server::initialize_result(Revision revision) const {
  core::JsonWriter json;
  json.begin_object().member("protocolVersion", to_string(revision));
  write_capabilities(json);
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
  write_capabilities(json);
  if (!info_.instructions.empty()) json.member("instructions", info_.instructions);
  write_cache_hints(json, kRevision, kUntilNewVersion);
  write_meta(json, info_, kRevision);
  json.end_object();
  return json.str();
}

RpcResult<std::string> Server::list_tools(const Request& request) const {
  const auto& entries = tools_.entries();
  std::size_t from = 0;
  const core::JsonMember* cursor =
      request.params == nullptr ? nullptr : request.params->find("cursor");
  if (cursor != nullptr) {
    // A cursor is the name of the last tool of the page before.
    const ToolSet::Entry* last = cursor->kind == core::JsonKind::string
                                     ? tools_.find(core::decode_json_string(cursor->raw))
                                     : nullptr;
    if (last == nullptr) return rpc_fail(kInvalidParams, "Invalid cursor");
    from = static_cast<std::size_t>(last - entries.data()) + 1;
  }
  const std::size_t to = std::min(entries.size(), from + page_size_);
  core::JsonWriter json;
  begin_result(json, request.revision);
  json.key("tools").begin_array();
  for (std::size_t i = from; i < to; ++i) json.raw(encode_tool(entries[i].tool, request.revision));
  json.end_array();
  if (to < entries.size()) json.member("nextCursor", entries[to - 1].tool.name);
  write_cache_hints(json, request.revision, kUntilNewVersion);
  write_meta(json, info_, request.revision);
  json.end_object();
  return json.str();
}

void Server::call_tool(Request request, Done done) const {
  const auto name = request.params == nullptr ? std::nullopt : request.params->string("name");
  if (!name) return done(rpc_fail(kInvalidParams, "params.name must be a string"));
  const ToolSet::Entry* entry = tools_.find(*name);
  if (entry == nullptr) return done(rpc_fail(kInvalidParams, "Unknown tool: " + *name));

  const core::JsonMember* raw = request.params->find("arguments");
  const auto arguments = core::parse_json(raw == nullptr ? "{}" : raw->raw);
  if (!arguments || !arguments->IsObject()) {
    return done(rpc_fail(kInvalidParams, "params.arguments must be an object"));
  }
  const Revision revision = request.revision;
  const auto checked =
      entry->input ? entry->input->check(*arguments, "arguments") : core::Result<void>();
  if (!checked) {
    if (reports_arguments_to_model(revision)) {
      return done(call_result(error_result(checked.error()), revision));
    }
    return done(rpc_fail(kInvalidParams, fmt::format("Invalid arguments for tool {}: {}", *name,
                                                     checked.error().message)));
  }
  entry->handler(std::move(request.context), *arguments,
                 [this, revision, done = std::move(done)](core::Result<ToolResult> result) {
                   done(call_result(result ? *result : error_result(result.error()), revision));
                 });
}

std::string Server::call_result(const ToolResult& result, Revision revision) const {
  core::JsonWriter json;
  begin_result(json, revision);
  json.key("content").begin_array();
  if (!result.text.empty() || result.attachments.empty()) {
    write_content(json, result.text, revision);
  }
  for (const Content& content : result.attachments) write_content(json, content, revision);
  json.end_array();
  if (has_structured_content(revision) && !result.structured.empty()) {
    json.raw_member("structuredContent", result.structured);
  }
  json.member("isError", result.is_error);
  write_meta(json, info_, revision, result.error);
  json.end_object();
  return json.str();
}

}  // namespace berth::mcp
