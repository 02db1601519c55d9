#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "service/core/error.h"

namespace berth::mcp {

/// Something that only the client has: a word of its user (`elicitation/create`), of its model
/// (`sampling/createMessage`), its folders (`roots/list`).
struct InputRequest {
  std::string key;  ///< names the question within the call
  std::string method;
  std::string params;  ///< raw JSON object
};

/// Raw JSON results by the keys that were asked for.
using InputAnswers = std::map<std::string, std::string>;

/// Asks the client during one of its calls. Core loop.
///
/// In the handshake revisions these are requests to the client, and `done` gets the answers. In the
/// modern ones the call ends with the questions and the client makes it again with the answers
/// (2026-07-28, basic/patterns/mrtr): the handler runs anew from its beginning, and what it asks is
/// there at once. So a handler asks for the same under the same keys each time, and does nothing
/// that counts before it has all answers.
class Inputs {
 public:
  using Done = std::function<void(core::Result<InputAnswers>)>;
  virtual ~Inputs() = default;

  /// Whether the client takes such requests.
  virtual bool serves(std::string_view method) const = 0;

  /// `done` at most once, possibly at once: all answers; `unsupported` if the client does not take
  /// one of the requests; `unavailable` if it answered one with an error; `limit_exceeded` when too
  /// many are open. Never after the call has ended.
  virtual void ask(std::vector<InputRequest> requests, Done done) = 0;
};

}  // namespace berth::mcp
