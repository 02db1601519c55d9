#include "service/mcp/prompt_methods.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "service/core/json.h"
#include "service/core/text.h"

namespace berth::mcp {
namespace {

void write_prompt(core::JsonWriter& json, const Prompt& prompt, Revision revision) {
  json.begin_object().member("name", prompt.name);
  if (has_titles(revision)) json.member("title", prompt.title);
  json.member("description", prompt.description).key("arguments").begin_array();
  for (const PromptArgument& argument : prompt.arguments) {
    json.begin_object().member("name", argument.name).member("description", argument.description);
    json.member("required", argument.required).end_object();
  }
  json.end_array().end_object();
}

RpcResult<PromptArguments> read_arguments(const Prompt& prompt, const core::JsonObject& params) {
  PromptArguments arguments;
  if (const core::JsonMember* member = params.find("arguments")) {
    const auto given = core::parse_json(member->raw);
    if (!given || !given->IsObject()) {
      return rpc_fail(kInvalidParams, "params.arguments must be an object");
    }
    for (const auto& argument : given->GetObject()) {
      const std::string name(argument.name.GetString(), argument.name.GetStringLength());
      if (std::ranges::find(prompt.arguments, name, &PromptArgument::name) ==
          prompt.arguments.end()) {
        return rpc_fail(kInvalidParams, fmt::format("prompt {} has no argument {}", prompt.name,
                                                    core::to_readable_text(name)));
      }
      if (!argument.value.IsString()) {
        return rpc_fail(kInvalidParams, fmt::format("params.arguments.{} must be a string", name));
      }
      arguments[name] = std::string(argument.value.GetString(), argument.value.GetStringLength());
    }
  }
  for (const PromptArgument& argument : prompt.arguments) {
    if (argument.required && !arguments.contains(argument.name)) {
      return rpc_fail(kInvalidParams,
                      fmt::format("params.arguments.{} is required", argument.name));
    }
  }
  return arguments;
}

std::string encode(const PromptResult& result, const ServerInfo& info, Revision revision) {
  core::JsonWriter json;
  begin_result(json, revision);
  if (!result.description.empty()) json.member("description", result.description);
  json.key("messages").begin_array();
  for (const PromptResult::Message& message : result.messages) {
    json.begin_object().member("role", message.role).key("content");
    write_content(json, message.content, revision);
    json.end_object();
  }
  json.end_array();
  write_meta(json, info, revision);
  json.end_object();
  return json.str();
}

}  // namespace

RpcResult<std::string> list_prompts(const PromptSet& prompts, const ServerInfo& info,
                                    const core::JsonObject* params, Revision revision) {
  if (params != nullptr && params->has("cursor")) {
    return rpc_fail(invalid_cursor());  // there is one page
  }
  core::JsonWriter json;
  begin_result(json, revision);
  json.key("prompts").begin_array();
  for (const PromptSet::Entry& entry : prompts.entries()) {
    write_prompt(json, entry.prompt, revision);
  }
  json.end_array();
  write_cache_hints(json, revision, kUntilNewVersion);
  write_meta(json, info, revision);
  json.end_object();
  return json.str();
}

void get_prompt(const PromptSet& prompts, const ServerInfo& info, CallContext context,
                const core::JsonObject* params, Revision revision, ResultDone done) {
  const auto name = params == nullptr ? std::nullopt : params->string("name");
  if (!name) return done(rpc_fail(kInvalidParams, "params.name must be a string"));
  const PromptSet::Entry* entry = prompts.find(*name);
  if (entry == nullptr) return done(rpc_fail(kInvalidParams, "Unknown prompt: " + *name));
  const auto arguments = read_arguments(entry->prompt, *params);
  if (!arguments) return done(rpc_fail(arguments.error()));
  entry->handler(
      std::move(context), *arguments,
      [&info, revision, done = std::move(done)](const core::Result<PromptResult>& result) {
        if (result) return done(encode(*result, info, revision));
        const bool asked_wrongly = result.error().code == core::ErrorCode::not_found ||
                                   result.error().code == core::ErrorCode::invalid_argument;
        done(rpc_fail(asked_wrongly ? kInvalidParams : kInternalError,
                      core::to_valid_utf8(result.error().message)));
      });
}

}  // namespace berth::mcp
