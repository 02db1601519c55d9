#pragma once

#include <rapidjson/document.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/core/cancellation.h"
#include "service/core/error.h"
#include "service/core/identity.h"
#include "service/mcp/content.h"
#include "service/mcp/inputs.h"
#include "service/mcp/log_level.h"

namespace berth::mcp {

/// Hints for people and clients, never for enforcement (ToolAnnotations of the specification).
struct ToolAnnotations {
  bool read_only = false;
  bool destructive = true;  ///< meaningful only if not read_only, as is the next
  bool idempotent = false;
  bool open_world = true;
};

/// A tool as clients see it. Descriptions are read by language models.
struct Tool {
  std::string name;  ///< `[A-Za-z0-9_-]{1,64}`
  std::string title;
  std::string description;
  std::string input_schema;   ///< raw JSON Schema of an object
  std::string output_schema;  ///< likewise, of `structured`; empty = none
  ToolAnnotations annotations;
};

/// What a call came to.
struct ToolResult {
  std::string text;        ///< valid UTF-8, for the model; empty = none
  std::string structured;  ///< raw JSON that fits the output schema; empty = none
  bool is_error = false;   ///< what was asked could not be done
  std::string error;       ///< raw JSON `{code,message,…}` beside a text that says the same
  std::vector<Content> attachments{};  ///< after the text
};

/// An error as a result: the model reads the message; programs find code, field and retry_after_ms
/// in the result's `_meta["berth/error"]`, because structured content must fit the output schema.
ToolResult error_result(const core::Error& error);

/// Tells the client how far a call has come. `progress` must rise from call to call (others are
/// dropped); `total` may be unknown.
using ProgressSink =
    std::function<void(double progress, std::optional<double> total, std::string_view message)>;

struct CallContext {
  core::Caller caller;
  std::shared_ptr<core::Cancellation> cancel;  ///< never null
  ProgressSink progress;                       ///< empty if the client asked for none
  LogSink log;                                 ///< empty if the client wants none
  std::shared_ptr<Inputs> inputs;              ///< never null; may outlive the call
};

/// Comes on the core loop, at most once, possibly before the call returns. After the call was
/// cancelled it may come or not: nobody listens any more.
using ToolDone = std::function<void(core::Result<ToolResult>)>;

/// Runs one call. The arguments have passed the input schema and are valid during the call only.
using ToolHandler =
    std::function<void(CallContext context, const rapidjson::Value& arguments, ToolDone done)>;

}  // namespace berth::mcp
