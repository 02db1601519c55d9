#include "service/mcp/resource_methods.h"

#include <fmt/format.h>

#include <utility>

#include "service/core/text.h"
#include "service/mcp/content.h"

namespace berth::mcp {
namespace {

/// Jobs print and sessions change at any time, and who wants to know when can listen.
constexpr std::chrono::milliseconds kStaleAtOnce{0};

void write_description(core::JsonWriter& json, const core::ResourceInfo& resource) {
  json.member("name", resource.name);
  if (!resource.description.empty()) json.member("description", resource.description);
  json.member("mimeType", resource.mime_type);
}

std::string encode_list(const core::Page<core::ResourceInfo>& page, const ServerInfo& info,
                        Revision revision) {
  core::JsonWriter json;
  begin_result(json, revision);
  json.key("resources").begin_array();
  for (const core::ResourceInfo& resource : page.items) {
    json.begin_object().member("uri", resource.uri);
    write_description(json, resource);
    json.end_object();
  }
  json.end_array();
  if (!page.next_cursor.empty()) json.member("nextCursor", page.next_cursor);
  write_cache_hints(json, revision, kStaleAtOnce);
  write_meta(json, info, revision);
  json.end_object();
  return json.str();
}

std::string encode_contents(const core::ResourceContents& resource, const ServerInfo& info,
                            Revision revision) {
  core::JsonWriter json;
  begin_result(json, revision);
  json.key("contents").begin_array().begin_object();
  write_contents(json, resource);
  json.end_object().end_array();
  write_cache_hints(json, revision, kStaleAtOnce);
  write_meta(json, info, revision);
  json.end_object();
  return json.str();
}

}  // namespace

void list_resources(core::Resources& resources, const ServerInfo& info, const Request& request,
                    ResultDone done) {
  auto cursor = read_cursor(request.params);
  if (!cursor) return done(rpc_fail(cursor.error()));
  resources.list(request.context.caller, *std::move(cursor),
                 [&info, revision = request.revision, done = std::move(done)](
                     const core::Result<core::Page<core::ResourceInfo>>& page) {
                   if (page) return done(encode_list(*page, info, revision));
                   if (page.error().code == core::ErrorCode::invalid_argument) {
                     return done(rpc_fail(invalid_cursor()));
                   }
                   done(rpc_fail(kInternalError, core::to_valid_utf8(page.error().message)));
                 });
}

std::string list_resource_templates(const core::Resources& resources, const ServerInfo& info,
                                    Revision revision) {
  core::JsonWriter json;
  begin_result(json, revision);
  json.key("resourceTemplates").begin_array();
  for (const core::ResourceInfo& resource : resources.templates()) {
    json.begin_object().member("uriTemplate", resource.uri);
    write_description(json, resource);
    json.end_object();
  }
  json.end_array();
  write_cache_hints(json, revision, kUntilNewVersion);
  write_meta(json, info, revision);
  json.end_object();
  return json.str();
}

void read_resource(core::Resources& resources, const ServerInfo& info, const Request& request,
                   ResultDone done) {
  const auto uri = read_uri(request.params);
  if (!uri) return done(rpc_fail(uri.error()));
  resources.read(request.context.caller, *uri,
                 [&info, uri = *uri, revision = request.revision,
                  done = std::move(done)](const core::Result<core::ResourceContents>& resource) {
                   if (resource) return done(encode_contents(*resource, info, revision));
                   done(rpc_fail(resource_error(resource.error(), uri, revision)));
                 });
}

RpcResult<std::string> read_uri(const core::JsonObject* params) {
  auto uri = params == nullptr ? std::nullopt : params->string("uri");
  if (!uri) return rpc_fail(kInvalidParams, "params.uri must be a string");
  return *std::move(uri);
}

RpcError resource_error(const core::Error& error, const std::string& uri, Revision revision) {
  core::JsonWriter data;
  data.begin_object().member("uri", uri);
  if (error.code == core::ErrorCode::not_found) {
    data.end_object();
    return {is_modern(revision) ? kInvalidParams : kResourceNotFound, "Resource not found",
            data.str()};
  }
  data.member("code", core::to_string(error.code)).end_object();
  return {kInternalError, core::to_valid_utf8(error.message), data.str()};
}

}  // namespace berth::mcp
