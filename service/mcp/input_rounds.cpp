#include "service/mcp/input_rounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "service/core/base64.h"
#include "service/core/json.h"

namespace berth::mcp {
namespace {

constexpr std::string_view kResponses = "params.inputResponses";

/// What must be the same when the call comes again: of long arguments their beginning and length.
std::string describe(const Request& request) {
  constexpr std::size_t kBeginning = 4'096;
  std::string text =
      fmt::format("{}\n{}\n", request.context.caller.identity.principal, request.method);
  for (const std::string_view name : {"name", "uri", "arguments"}) {
    const core::JsonMember* member =
        request.params == nullptr ? nullptr : request.params->find(name);
    if (member == nullptr) continue;
    text += fmt::format("{} {} {}\n", name, member->raw.size(), member->raw.substr(0, kBeginning));
  }
  return text;
}

bool is_answer(std::string_view method, const std::string& text) {
  const auto answer = core::scan_object(text);
  if (!answer) return false;
  if (method == "elicitation/create") return answer->string("action").has_value();
  if (method == "sampling/createMessage") return answer->has("content");
  return answer->has("roots");
}

}  // namespace

InputRounds::InputRounds(CallRef call, const Request& request, const Sign& sign,
                         core::Timestamp now)
    : call_(std::move(call)),
      capabilities_(request.capabilities),
      sign_(sign),
      binding_(describe(request)),
      now_(now) {}

RpcResult<std::shared_ptr<InputRounds>> InputRounds::make(CallRef call, const Request& request,
                                                          const Sign& sign, core::Timestamp now) {
  std::shared_ptr<InputRounds> inputs(new InputRounds(std::move(call), request, sign, now));
  const core::JsonObject* params = request.params;
  if (params == nullptr) return inputs;
  if (const core::JsonMember* state = params->find("requestState")) {
    if (state->kind != core::JsonKind::string) {
      return rpc_fail(kInvalidParams, "params.requestState must be a string");
    }
    if (auto read = inputs->read_state(core::decode_json_string(state->raw)); !read) {
      return rpc_fail(read.error());
    }
  }
  if (params->has("inputResponses")) {
    const auto responses = params->object("inputResponses");
    if (!responses)
      return rpc_fail(kInvalidParams, fmt::format("{} must be an object", kResponses));
    for (const core::JsonMember& response : responses->members()) {
      if (response.kind != core::JsonKind::object) {
        return rpc_fail(kInvalidParams,
                        fmt::format("{}.{} must be an object", kResponses, response.key));
      }
      inputs->answers_[response.key] = response.raw;
    }
  }
  return inputs;
}

void InputRounds::ask(std::vector<InputRequest> requests, Done done) {
  InputAnswers given;
  std::vector<InputRequest> questions;
  for (InputRequest& request : requests) {
    const auto answer = answers_.find(request.key);
    if (answer != answers_.end() && is_answer(request.method, answer->second)) {
      given[request.key] = answer->second;
    } else {
      questions.push_back(std::move(request));
    }
  }
  if (questions.empty()) return done(std::move(given));

  const auto foreign = std::ranges::find_if(
      questions, [&](const InputRequest& question) { return !serves(question.method); });
  if (foreign == questions.end()) return call_.answer(encode_questions(questions));
  call_.answer(rpc_fail(
      kMissingClientCapability, fmt::format("This needs a client that serves {}", foreign->method),
      fmt::format(R"({{"requiredCapabilities":{}}})", capability_of(foreign->method))));
}

std::string InputRounds::encode_questions(const std::vector<InputRequest>& questions) const {
  core::JsonWriter json;
  json.begin_object().member("resultType", "input_required").key("inputRequests").begin_object();
  for (const InputRequest& question : questions) {
    json.key(question.key).begin_object().member("method", question.method);
    json.raw_member("params", question.params).end_object();
  }
  json.end_object().member("requestState", seal_state()).end_object();
  return json.str();
}

std::string InputRounds::seal_state() const {
  core::JsonWriter json;
  json.begin_object().member("for", sign_(binding_));
  json.member("until", (now_ + kStateLife).time_since_epoch().count());
  json.key("answers").begin_object();
  for (const auto& [key, answer] : answers_) json.raw_member(key, answer);
  json.end_object().end_object();
  const std::string text = core::encode_base64(json.str());
  return text + "." + sign_(text);
}

RpcResult<void> InputRounds::read_state(std::string_view state) {
  const std::size_t dot = state.rfind('.');
  const std::string_view text = state.substr(0, std::min(dot, state.size()));
  // A wrong signature says nothing of the right one, so that the time of the comparison tells
  // nothing either: it is compared by what only this server can make of both.
  const bool genuine =
      dot != std::string_view::npos && sign_(state.substr(dot + 1)) == sign_(sign_(text));
  const auto plain = genuine ? core::decode_base64(text) : std::nullopt;
  const auto given = plain ? core::scan_object(*plain) : core::fail(core::ErrorCode::internal, "");
  const core::JsonMember* until = given ? given->find("until") : nullptr;
  if (until == nullptr) {
    return rpc_fail(kInvalidParams, "params.requestState is not this server's");
  }
  if (given->string("for") != sign_(binding_)) {
    return rpc_fail(kInvalidParams, "params.requestState belongs to another request");
  }
  std::int64_t last_moment = 0;
  std::from_chars(until->raw.data(), until->raw.data() + until->raw.size(), last_moment);
  if (now_.time_since_epoch().count() > last_moment) {
    return rpc_fail(kInvalidParams, "params.requestState is too old; make the call anew");
  }
  if (const auto answers = given->object("answers")) {
    for (const core::JsonMember& answer : answers->members()) answers_[answer.key] = answer.raw;
  }
  return {};
}

}  // namespace berth::mcp
