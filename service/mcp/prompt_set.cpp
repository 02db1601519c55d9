#include "service/mcp/prompt_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::mcp {

core::Result<void> PromptSet::add(Prompt prompt, PromptHandler handler, PromptCompleter completer) {
  if (find(prompt.name) != nullptr) {
    return core::fail(core::ErrorCode::invalid_argument,
                      fmt::format("prompt {}: the name is taken", prompt.name), prompt.name);
  }
  entries_.push_back({std::move(prompt), std::move(handler), std::move(completer)});
  return {};
}

const PromptSet::Entry* PromptSet::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(entries_, [&](const Entry& entry) { return entry.prompt.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

}  // namespace berth::mcp
