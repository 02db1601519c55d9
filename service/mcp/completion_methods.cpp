#include "service/mcp/completion_methods.h"

#include <algorithm>
#include <utility>

#include "service/core/json.h"
#include "service/core/text.h"

namespace berth::mcp {
namespace {

std::string encode(const core::Completion& completion, const ServerInfo& info, Revision revision) {
  core::JsonWriter json;
  begin_result(json, revision);
  json.key("completion").begin_object().key("values").begin_array();
  const std::size_t count = std::min(completion.values.size(), core::kMaxCompletions);
  for (std::size_t i = 0; i < count; ++i) json.value(completion.values[i]);
  json.end_array();
  json.member("hasMore", completion.has_more || count < completion.values.size()).end_object();
  write_meta(json, info, revision);
  json.end_object();
  return json.str();
}

}  // namespace

void complete(const PromptSet* prompts, core::Resources* resources, const ServerInfo& info,
              const core::Caller& caller, const core::JsonObject* params, Revision revision,
              ResultDone done) {
  const auto refuse = [&](std::string why) { done(rpc_fail(kInvalidParams, std::move(why))); };
  const auto reference = params == nullptr ? std::nullopt : params->object("ref");
  const auto argument = params == nullptr ? std::nullopt : params->object("argument");
  if (!reference) return refuse("params.ref must be an object");
  const auto name = argument ? argument->string("name") : std::nullopt;
  const auto value = argument ? argument->string("value") : std::nullopt;
  if (!name || !value) return refuse("params.argument must have a name and a value");

  const CompletionDone answer = [&info, revision,
                                 done](const core::Result<core::Completion>& completion) {
    if (completion) return done(encode(*completion, info, revision));
    const bool unknown = completion.error().code == core::ErrorCode::not_found;
    done(rpc_fail(unknown ? kInvalidParams : kInternalError,
                  core::to_valid_utf8(completion.error().message)));
  };
  const auto type = reference->string("type").value_or("");
  if (type == "ref/prompt") {
    const auto prompt = reference->string("name").value_or("");
    const PromptSet::Entry* entry = prompts == nullptr ? nullptr : prompts->find(prompt);
    if (entry == nullptr) return refuse("Unknown prompt: " + prompt);
    const auto& known = entry->prompt.arguments;
    if (std::ranges::find(known, *name, &PromptArgument::name) == known.end()) {
      return refuse("prompt " + prompt + " has no argument " + *name);
    }
    if (!entry->completer) return answer(core::Completion());
    return entry->completer(caller, *name, *value, answer);
  }
  if (type != "ref/resource") return refuse("params.ref.type must be ref/prompt or ref/resource");
  const auto uri = reference->string("uri").value_or("");
  if (resources == nullptr) return refuse("Unknown resource template: " + uri);
  resources->complete(caller, uri, *name, *value, answer);
}

}  // namespace berth::mcp
