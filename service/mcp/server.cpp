#include "service/mcp/server.h"

#include <fmt/format.h>

#include "service/core/json.h"

namespace berth::mcp {
namespace {

/// How long clients may go on using a list. Berth's own tools change with a new version only.
constexpr std::chrono::milliseconds kFreshFor{300'000};

void write_implementation(core::JsonWriter& json, const ServerInfo& info, Revision revision) {
  json.begin_object().member("name", info.name);
  if (has_titles(revision)) json.member("title", info.title);
  json.member("version", info.version).end_object();
}

void write_capabilities(core::JsonWriter& json) {
  json.key("capabilities").begin_object().key("tools").begin_object().end_object().end_object();
}

/// Opens a result with what every modern one carries; the caller closes it.
void begin_result(core::JsonWriter& json, Revision revision) {
  json.begin_object();
  if (is_modern(revision)) json.member("resultType", "complete");
}

/// `error`: raw JSON for `_meta["berth/error"]`, empty = none.
void write_meta(core::JsonWriter& json, const ServerInfo& info, Revision revision,
                std::string_view error = {}) {
  if (!is_modern(revision) && error.empty()) return;
  json.key("_meta").begin_object();
  if (is_modern(revision)) {
    json.key("io.modelcontextprotocol/serverInfo");
    write_implementation(json, info, revision);
  }
  if (!error.empty()) json.raw_member("berth/error", error);
  json.end_object();
}

/// `private`: what is listed may depend on the caller's scope.
void write_cache_hints(core::JsonWriter& json) {
  json.member("ttlMs", kFreshFor.count()).member("cacheScope", "private");
}

bool exists_in(std::string_view method, Revision revision) {
  if (method == "tools/list" || method == "tools/call") return true;
  return is_modern(revision) ? method == "server/discover" : method == "ping";
}

}  // namespace

void Server::handle(Request request, Done done) const {
  if (!exists_in(request.method, request.revision)) {
    done(rpc_fail(kMethodNotFound, fmt::format("Method not found: {}", request.method)));
  } else if (request.method == "server/discover") {
    done(discover());
  } else if (request.method == "ping") {
    done("{}");
  } else if (request.method == "tools/list") {
    done(list_tools(request));
  } else {
    call_tool(std::move(request), std::move(done));
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
  write_cache_hints(json);
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
  if (is_modern(request.revision)) write_cache_hints(json);
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
  if (const auto checked = entry->input.check(*arguments, "arguments"); !checked) {
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
  json.key("content").begin_array().begin_object();
  json.member("type", "text").member("text", result.text).end_object().end_array();
  if (has_structured_content(revision) && !result.structured.empty()) {
    json.raw_member("structuredContent", result.structured);
  }
  json.member("isError", result.is_error);
  write_meta(json, info_, revision, result.error);
  json.end_object();
  return json.str();
}

}  // namespace berth::mcp
