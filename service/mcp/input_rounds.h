#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "service/core/time.h"
#include "service/mcp/calls.h"
#include "service/mcp/client_capabilities.h"
#include "service/mcp/inputs.h"
#include "service/mcp/request.h"
#include "service/mcp/rpc_error.h"

namespace berth::mcp {

/// Makes what passes through clients unforgeable: the same text gives the same signature, in this
/// run of the service and the next, and nobody else can make one.
using Sign = std::function<std::string(std::string_view text)>;

/// Inputs of a modern call, which ends with its questions and is made again with the answers
/// (2026-07-28, basic/patterns/mrtr). Answers of earlier rounds come back in `requestState`, which
/// holds for the same caller, method and parameters, and for a while only.
class InputRounds final : public Inputs {
 public:
  static constexpr std::chrono::minutes kStateLife{60};

  /// Reads `inputResponses` and `requestState` of the request that `call` stands for. `sign`
  /// outlives it. kInvalidParams if they are malformed, or the state is not this server's, another
  /// request's, or too old.
  static RpcResult<std::shared_ptr<InputRounds>> make(CallRef call, const Request& request,
                                                      const Sign& sign, core::Timestamp now);

  bool serves(std::string_view method) const override { return capabilities_.serves(method); }
  void ask(std::vector<InputRequest> requests, Done done) override;

 private:
  InputRounds(CallRef call, const Request& request, const Sign& sign, core::Timestamp now);

  RpcResult<void> read_state(std::string_view state);
  std::string seal_state() const;
  std::string encode_questions(const std::vector<InputRequest>& questions) const;

  CallRef call_;
  ClientCapabilities capabilities_;
  const Sign& sign_;
  std::string binding_;  // whose and what request it is
  core::Timestamp now_;
  InputAnswers answers_;
};

}  // namespace berth::mcp
