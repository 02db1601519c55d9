#include <fmt/format.h>

#include "tests/conformance/fixtures.h"

namespace berth::conformance {
namespace {

mcp::Prompt make_prompt(std::string name, std::vector<mcp::PromptArgument> arguments = {}) {
  mcp::Prompt prompt;
  prompt.title = name;
  prompt.description = "Fixture of the conformance suite: " + name;
  prompt.name = std::move(name);
  prompt.arguments = std::move(arguments);
  return prompt;
}

using Messages = std::vector<mcp::PromptResult::Message>;

mcp::PromptHandler answer(std::function<Messages(const mcp::PromptArguments&)> make) {
  return [make = std::move(make)](const mcp::CallContext&, const mcp::PromptArguments& arguments,
                                  const mcp::PromptDone& done) {
    done(mcp::PromptResult{"", make(arguments)});
  };
}

void ask_for_context(const mcp::CallContext& context, const mcp::PromptArguments&,
                     const mcp::PromptDone& done) {
  context.inputs->ask(
      {{"user_context", "elicitation/create",
        R"({"message":"What context should the prompt use?","requestedSchema":{"type":"object",)"
        R"("properties":{"context":{"type":"string"}},"required":["context"]}})"}},
      [done](const core::Result<mcp::InputAnswers>& answers) {
        if (!answers) return done(core::fail(answers.error()));
        done(mcp::PromptResult{"", {{"user", "Context: " + answers->at("user_context")}}});
      });
}

}  // namespace

core::Result<void> add_prompts(mcp::PromptSet& prompts) {
  auto added = prompts.add(make_prompt("test_simple_prompt"), answer([](const auto&) {
                             return Messages{{"user", "This is a simple prompt for testing."}};
                           }));
  if (added) {
    added = prompts.add(
        make_prompt("test_prompt_with_arguments", {{"arg1", "First test argument", true},
                                                   {"arg2", "Second test argument", true}}),
        answer([](const mcp::PromptArguments& arguments) {
          return Messages{{"user", fmt::format("Prompt with arguments: arg1='{}', arg2='{}'",
                                               arguments.at("arg1"), arguments.at("arg2"))}};
        }));
  }
  if (added) {
    added = prompts.add(
        make_prompt("test_prompt_with_embedded_resource",
                    {{"resourceUri", "URI of the resource to embed", true}}),
        answer([](const mcp::PromptArguments& arguments) {
          return Messages{
              {"user", core::ResourceContents{arguments.at("resourceUri"), "text/plain",
                                              "Embedded resource content for testing."}},
              {"user", "Please process the embedded resource above."}};
        }));
  }
  if (added) {
    added = prompts.add(make_prompt("test_prompt_with_image"), answer([](const auto&) {
                          return Messages{{"user", mcp::ImageContent{picture(), "image/png"}},
                                          {"user", "Please analyze the image above."}};
                        }));
  }
  if (added) {
    added = prompts.add(make_prompt("test_input_required_result_prompt"), ask_for_context);
  }
  return added;
}

}  // namespace berth::conformance
