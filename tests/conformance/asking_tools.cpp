// Tools that ask the client before they answer.
#include <fmt/format.h>

#include "service/core/json.h"
#include "service/core/json_scan.h"
#include "tests/conformance/fixtures.h"

namespace berth::conformance {
namespace {

using mcp::InputAnswers;
using mcp::InputRequest;

InputRequest elicit(std::string key, std::string_view message, std::string_view schema) {
  core::JsonWriter params;
  params.begin_object().member("message", message).raw_member("requestedSchema", schema);
  params.end_object();
  return {std::move(key), "elicitation/create", params.str()};
}

InputRequest sample(std::string key, std::string_view prompt, int max_tokens) {
  core::JsonWriter params;
  params.begin_object().key("messages").begin_array().begin_object().member("role", "user");
  params.key("content").begin_object().member("type", "text").member("text", prompt).end_object();
  params.end_object().end_array().member("maxTokens", max_tokens).end_object();
  return {std::move(key), "sampling/createMessage", params.str()};
}

InputRequest list_roots(std::string key) {
  return {std::move(key), "roots/list", "{}"};
}

std::string schema_of(std::string_view name, std::string_view type) {
  return fmt::format(
      R"({{"type":"object","properties":{{"{0}":{{"type":"{1}"}}}},"required":["{0}"]}})", name,
      type);
}

/// `action=accept, content={…}` of an ElicitResult.
std::string describe_elicitation(const std::string& raw) {
  const auto answer = core::scan_object(raw);
  if (!answer) return "action=none";
  const core::JsonMember* content = answer->find("content");
  return fmt::format("action={}, content={}", answer->string("action").value_or("none"),
                     content == nullptr ? "{}" : content->raw);
}

std::string string_in(const std::string& raw, std::string_view object, std::string_view name) {
  const auto answer = core::scan_object(raw);
  const auto inner = answer ? answer->object(object) : std::nullopt;
  return inner ? inner->string(name).value_or("") : "";
}

using Answer = std::function<std::string(const InputAnswers& answers)>;

/// Asks once and answers with a text made of the answers.
mcp::ToolHandler asking(std::vector<InputRequest> questions, Answer answer) {
  return [questions = std::move(questions), answer = std::move(answer)](
             const mcp::CallContext& context, const rapidjson::Value&, const mcp::ToolDone& done) {
    context.inputs->ask(questions, [answer, done](const core::Result<InputAnswers>& answers) {
      if (!answers) return done(core::fail(answers.error()));
      done(text(answer(*answers)));
    });
  };
}

const std::string kNameSchema = schema_of("name", "string");

constexpr std::string_view kDefaults =
    R"({"type":"object","properties":{)"
    R"("name":{"type":"string","description":"User name","default":"John Doe"},)"
    R"("age":{"type":"integer","description":"User age","default":30},)"
    R"("score":{"type":"number","description":"User score","default":95.5},)"
    R"("status":{"type":"string","enum":["active","inactive","pending"],"default":"active"},)"
    R"("verified":{"type":"boolean","default":true}},"required":[]})";

constexpr std::string_view kEnums =
    R"({"type":"object","properties":{)"
    R"("untitledSingle":{"type":"string","enum":["option1","option2","option3"]},)"
    R"("titledSingle":{"type":"string","oneOf":[{"const":"value1","title":"First Option"},)"
    R"({"const":"value2","title":"Second Option"},{"const":"value3","title":"Third Option"}]},)"
    R"("legacyEnum":{"type":"string","enum":["opt1","opt2","opt3"],)"
    R"("enumNames":["Option One","Option Two","Option Three"]},)"
    R"("untitledMulti":{"type":"array","items":{"type":"string",)"
    R"("enum":["option1","option2","option3"]}},)"
    R"("titledMulti":{"type":"array","items":{"anyOf":[)"
    R"({"const":"value1","title":"First Choice"},{"const":"value2","title":"Second Choice"},)"
    R"({"const":"value3","title":"Third Choice"}]}}},"required":[]})";

constexpr std::string_view kUser =
    R"({"type":"object","properties":{"username":{"type":"string","description":"User's response"},)"
    R"("email":{"type":"string","description":"User's email address"}},)"
    R"("required":["username","email"]})";

void ask_for_user(const mcp::CallContext& context, const rapidjson::Value& arguments,
                  const mcp::ToolDone& done) {
  context.inputs->ask({elicit("user", arguments["message"].GetString(), kUser)},
                      [done](const core::Result<InputAnswers>& answers) {
                        if (!answers) return done(core::fail(answers.error()));
                        done(text("User response: " + describe_elicitation(answers->at("user"))));
                      });
}

void ask_model(const mcp::CallContext& context, const rapidjson::Value& arguments,
               const mcp::ToolDone& done) {
  context.inputs->ask(
      {sample("model", arguments["prompt"].GetString(), 100)},
      [done](const core::Result<InputAnswers>& answers) {
        if (!answers) return done(core::fail(answers.error()));
        done(text("LLM response: " + string_in(answers->at("model"), "content", "text")));
      });
}

/// Asks only for what the client serves.
void ask_what_is_served(const mcp::CallContext& context, const rapidjson::Value&,
                        const mcp::ToolDone& done) {
  std::vector<InputRequest> questions;
  for (const InputRequest& question : {elicit("user_name", "What is your name?", kNameSchema),
                                       sample("greeting", "Generate a greeting", 50)}) {
    if (context.inputs->serves(question.method)) questions.push_back(question);
  }
  context.inputs->ask(questions, [done](const core::Result<InputAnswers>& answers) {
    if (!answers) return done(core::fail(answers.error()));
    done(text(fmt::format("{} answers", answers->size())));
  });
}

void ask_twice(const mcp::CallContext& context, const rapidjson::Value&,
               const mcp::ToolDone& done) {
  context.inputs->ask(
      {elicit("step1", "Step 1: What is your name?", kNameSchema)},
      [inputs = context.inputs, done](const core::Result<InputAnswers>& first) {
        if (!first) return done(core::fail(first.error()));
        const std::string name = string_in(first->at("step1"), "content", "name");
        inputs->ask(
            {elicit("step2", "Step 2: What is your favorite color?", schema_of("color", "string"))},
            [name, done](const core::Result<InputAnswers>& second) {
              if (!second) return done(core::fail(second.error()));
              done(text(fmt::format("{} likes {}", name,
                                    string_in(second->at("step2"), "content", "color"))));
            });
      });
}

}  // namespace

core::Result<void> add_asking_tools(mcp::ToolSet& tools) {
  const auto confirm = elicit("confirm", "Please confirm", schema_of("ok", "boolean"));
  const auto completed = [](const InputAnswers& answers) {
    return "Elicitation completed: " + describe_elicitation(answers.begin()->second);
  };
  const auto greeting = [](const InputAnswers& answers) {
    return fmt::format("Hello, {}!", string_in(answers.at("user_name"), "content", "name"));
  };
  const auto name = elicit("user_name", "What is your name?", kNameSchema);
  const std::string prefix = "test_input_required_result_";

  struct Fixture {
    mcp::Tool tool;
    mcp::ToolHandler handler;
  };
  std::vector<Fixture> fixtures{
      {make_tool("test_elicitation", R"("message":{"type":"string"})"), ask_for_user},
      {make_tool("test_sampling", R"("prompt":{"type":"string"})"), ask_model},
      {make_tool("test_elicitation_sep1034_defaults"),
       asking({elicit("form", "Please review the defaults", kDefaults)}, completed)},
      {make_tool("test_elicitation_sep1330_enums"),
       asking({elicit("form", "Please choose", kEnums)}, completed)},
      {make_tool(prefix + "elicitation"), asking({name}, greeting)},
      {make_tool(prefix + "sampling"),
       asking({sample("capital_question", "What is the capital of France?", 100)},
              [](const InputAnswers& answers) {
                return string_in(answers.at("capital_question"), "content", "text");
              })},
      {make_tool(prefix + "list_roots"), asking({list_roots("client_roots")},
                                                [](const InputAnswers& answers) {
                                                  return "The roots are " +
                                                         answers.at("client_roots");
                                                })},
      {make_tool(prefix + "request_state"),
       asking({confirm}, [](const InputAnswers&) { return "state-ok"; })},
      {make_tool(prefix + "tampered_state"),
       asking({confirm}, [](const InputAnswers&) { return "confirmed"; })},
      {make_tool(prefix + "multiple_inputs"),
       asking({name, sample("greeting", "Generate a greeting", 50), list_roots("client_roots")},
              greeting)},
      {make_tool(prefix + "multi_round"), ask_twice},
      {make_tool(prefix + "capabilities"), ask_what_is_served},
      {make_tool("test_missing_capability"),
       asking({sample("word", "Say something", 10)}, [](const InputAnswers&) { return "said"; })},
      {make_tool("test_streaming_elicitation"), asking({name}, greeting)},
  };
  for (Fixture& fixture : fixtures) {
    if (auto added = tools.add(std::move(fixture.tool), std::move(fixture.handler)); !added) {
      return added;
    }
  }
  return {};
}

}  // namespace berth::conformance
