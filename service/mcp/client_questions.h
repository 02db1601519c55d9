#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "service/core/error.h"
#include "service/mcp/calls.h"
#include "service/mcp/client_capabilities.h"
#include "service/mcp/inputs.h"
#include "service/mcp/message.h"

namespace berth::mcp {

/// The requests of this server that one handshake client has not answered yet. Core loop.
class ClientQuestions {
 public:
  using Answered = std::function<void(core::Result<std::string>)>;

  /// Requests that may be open at once.
  static constexpr std::size_t kMaxOpen = 64;

  /// The id to send it under; limit_exceeded if too many are open. `answered` is called at most
  /// once, and not any more when the call it belongs to has ended.
  core::Result<MessageId> open(const CallRef& call, Answered answered);

  /// A response of the client; one to nothing that was asked is ignored.
  void take(const Message& response);

 private:
  struct Question {
    CallRef call;
    Answered answered;
  };

  std::map<std::string, Question> open_;  // by the id's key
  std::string prefix_;  // tells the answers apart that belong to a service that was killed
  std::uint64_t next_ = 1;
};

/// Inputs of a call of a handshake client.
class AskedInputs final : public Inputs {
 public:
  AskedInputs(std::shared_ptr<ClientQuestions> questions, ClientCapabilities capabilities,
              CallRef call)
      : questions_(std::move(questions)), capabilities_(capabilities), call_(std::move(call)) {}

  bool serves(std::string_view method) const override { return capabilities_.serves(method); }
  void ask(std::vector<InputRequest> requests, Done done) override;

 private:
  struct Round;

  std::shared_ptr<ClientQuestions> questions_;
  ClientCapabilities capabilities_;
  CallRef call_;
};

}  // namespace berth::mcp
