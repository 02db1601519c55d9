#include "service/mcp/client_questions.h"

#include <fmt/format.h>

#include <utility>

#include "service/core/ids.h"
#include "service/core/text.h"

namespace berth::mcp {

core::Result<MessageId> ClientQuestions::open(const CallRef& call, Answered answered) {
  std::erase_if(open_, [](const auto& entry) { return !entry.second.call.is_open(); });
  if (open_.size() >= kMaxOpen) {
    return core::fail(core::ErrorCode::limit_exceeded,
                      fmt::format("the client has {} requests to answer", open_.size()));
  }
  if (prefix_.empty()) prefix_ = core::random_base32_128();
  const std::string name = fmt::format("{}-{}", prefix_, next_++);
  MessageId id{fmt::format("\"{}\"", name), "s" + name};
  open_.emplace(id.key, Question{call, std::move(answered)});
  return id;
}

void ClientQuestions::take(const Message& response) {
  if (!response.id) return;
  const auto node = open_.extract(response.id->key);
  if (node.empty() || !node.mapped().call.is_open()) return;
  node.mapped().call.answered(*response.id);
  if (response.kind == MessageKind::result) {
    return node.mapped().answered(std::string(response.result));
  }
  node.mapped().answered(core::fail(
      core::ErrorCode::unavailable,
      fmt::format("the client did not answer: {}", core::to_readable_text(response.error))));
}

/// The questions of one ask() and what has been answered of them.
struct AskedInputs::Round {
  std::size_t open = 0;
  InputAnswers answers;
  Done done;

  void answered(const std::string& key, core::Result<std::string> answer) {
    if (!done) return;
    if (!answer) return std::exchange(done, nullptr)(core::fail(std::move(answer.error())));
    answers[key] = std::move(*answer);
    if (--open == 0) std::exchange(done, nullptr)(std::move(answers));
  }
};

void AskedInputs::ask(std::vector<InputRequest> requests, Done done) {
  if (!call_.is_open()) return;
  for (const InputRequest& request : requests) {
    if (!serves(request.method)) {
      return done(core::fail(core::ErrorCode::unsupported,
                             fmt::format("this client does not serve {}", request.method)));
    }
  }
  if (requests.empty()) return done(InputAnswers());
  const auto round = std::make_shared<Round>();
  round->open = requests.size();
  round->done = std::move(done);
  for (const InputRequest& request : requests) {
    const auto id =
        questions_->open(call_, [round, key = request.key](core::Result<std::string> answer) {
          round->answered(key, std::move(answer));
        });
    if (!id) return round->answered(request.key, core::fail(id.error()));
    call_.ask(*id, request.method, request.params);
  }
}

}  // namespace berth::mcp
