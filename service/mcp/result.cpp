#include "service/mcp/result.h"

namespace berth::mcp {

void write_implementation(core::JsonWriter& json, const ServerInfo& info, Revision revision) {
  json.begin_object().member("name", info.name);
  if (has_titles(revision)) json.member("title", info.title);
  json.member("version", info.version).end_object();
}

void begin_result(core::JsonWriter& json, Revision revision) {
  json.begin_object();
  if (is_modern(revision)) json.member("resultType", "complete");
}

void write_meta(core::JsonWriter& json, const ServerInfo& info, Revision revision,
                std::string_view error, std::string_view related_task) {
  if (!is_modern(revision) && error.empty() && related_task.empty()) return;
  json.key("_meta").begin_object();
  if (is_modern(revision)) {
    json.key("io.modelcontextprotocol/serverInfo");
    write_implementation(json, info, revision);
  }
  if (!error.empty()) json.raw_member("berth/error", error);
  if (!related_task.empty()) {
    json.key("io.modelcontextprotocol/related-task").begin_object();
    json.member("taskId", related_task).end_object();
  }
  json.end_object();
}

void write_cache_hints(core::JsonWriter& json, Revision revision,
                       std::chrono::milliseconds fresh_for) {
  if (!is_modern(revision)) return;
  json.member("ttlMs", fresh_for.count()).member("cacheScope", "private");
}

RpcResult<std::string> read_cursor(const core::JsonObject* params) {
  const core::JsonMember* member = params == nullptr ? nullptr : params->find("cursor");
  if (member == nullptr) return std::string();
  if (member->kind != core::JsonKind::string) return rpc_fail(invalid_cursor());
  return core::decode_json_string(member->raw);
}

RpcError invalid_cursor() {
  return {kInvalidParams, "Invalid cursor", {}};
}

}  // namespace berth::mcp
