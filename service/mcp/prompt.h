#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "service/core/completion.h"
#include "service/core/error.h"
#include "service/mcp/tool.h"

namespace berth::mcp {

struct PromptArgument {
  std::string name;
  std::string description;
  bool required = false;
};

/// A template that a person chooses (2026-07-28, server/prompts).
struct Prompt {
  std::string name;
  std::string title;
  std::string description;
  std::vector<PromptArgument> arguments;
};

/// What a prompt came to with its arguments.
struct PromptResult {
  struct Message {
    std::string_view role;  ///< `user`, `assistant`
    Content content;
  };
  std::string description;
  std::vector<Message> messages;
};

using PromptArguments = std::map<std::string, std::string>;

/// Both come on the core loop, at most once, possibly before the call returns.
using PromptDone = std::function<void(core::Result<PromptResult>)>;
using CompletionDone = std::function<void(core::Result<core::Completion>)>;

/// Makes the messages. All required arguments are there, and no unknown ones.
using PromptHandler =
    std::function<void(CallContext context, const PromptArguments& arguments, PromptDone done)>;
/// Completes one argument of which `value` is typed so far.
using PromptCompleter = std::function<void(const core::Caller& caller, const std::string& argument,
                                           const std::string& value, CompletionDone done)>;

}  // namespace berth::mcp
