#pragma once

#include <string_view>
#include <vector>

#include "service/mcp/prompt.h"

namespace berth::mcp {

/// The prompts a server offers, in the order they were added: the same on every connection. Core
/// loop; must outlive the server.
class PromptSet {
 public:
  struct Entry {
    Prompt prompt;
    PromptHandler handler;
    PromptCompleter completer;  ///< empty = nothing is known of its arguments
  };

  /// invalid_argument if the name is taken.
  core::Result<void> add(Prompt prompt, PromptHandler handler, PromptCompleter completer = nullptr);

  const Entry* find(std::string_view name) const;
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace berth::mcp
