// Tools that answer at once, one for each kind of content.
#include <fmt/format.h>

#include "service/core/base64.h"
#include "tests/conformance/fixtures.h"

namespace berth::conformance {
namespace {

mcp::ToolHandler answer(mcp::ToolResult result) {
  return [result](const mcp::CallContext&, const rapidjson::Value&, const mcp::ToolDone& done) {
    done(result);
  };
}

mcp::ToolResult only(mcp::Content content) {
  mcp::ToolResult result;
  result.attachments.push_back(std::move(content));
  return result;
}

/// The shortest sound: a header and no samples.
std::string sound() {
  using std::string_literals::operator""s;
  return "RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x40\x1f\0\0\1\0\x08\0data\0\0\0\0"s;
}

mcp::ToolResult mixed() {
  mcp::ToolResult result = text("Multiple content types test:");
  result.attachments.emplace_back(mcp::ImageContent{picture(), "image/png"});
  result.attachments.emplace_back(core::ResourceContents{
      "test://mixed-content-resource", "application/json", R"({"test":"data","value":123})"});
  return result;
}

/// Berth checks arguments against what it understands; this is about showing a schema unchanged.
mcp::Tool schema_tool() {
  mcp::Tool tool;
  tool.name = "json_schema_2020_12_tool";
  tool.title = tool.name;
  tool.description = "Tool with JSON Schema 2020-12 features";
  tool.input_schema =
      R"({"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",)"
      R"("$defs":{"address":{"$anchor":"addressDef","type":"object",)"
      R"("properties":{"street":{"type":"string"},"city":{"type":"string"}}}},)"
      R"("properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},)"
      R"("contactMethod":{"type":"string","enum":["phone","email"]},)"
      R"("phone":{"type":"string"},"email":{"type":"string"}},)"
      R"("allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],)"
      R"("if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},)"
      R"("then":{"required":["phone"]},"else":{"required":["email"]},)"
      R"("additionalProperties":false})";
  return tool;
}

}  // namespace

std::string picture() {
  constexpr std::string_view kRedPixel =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJg"
      "gg==";
  return core::decode_base64(kRedPixel).value();
}

mcp::ToolResult text(std::string text, bool is_error) {
  mcp::ToolResult result;
  result.text = std::move(text);
  result.is_error = is_error;
  return result;
}

mcp::Tool make_tool(std::string name, const std::string& properties) {
  mcp::Tool tool;
  tool.title = name;
  tool.description = "Fixture of the conformance suite: " + name;
  tool.name = std::move(name);
  tool.input_schema = fmt::format(R"({{"type":"object","properties":{{{}}}}})", properties);
  return tool;
}

core::Result<void> add_content_tools(mcp::ToolSet& tools) {
  const std::pair<const char*, mcp::ToolResult> fixtures[] = {
      {"test_simple_text", text("This is a simple text response for testing.")},
      {"test_image_content", only(mcp::ImageContent{picture(), "image/png"})},
      {"test_audio_content", only(mcp::AudioContent{sound(), "audio/wav"})},
      {"test_embedded_resource",
       only(core::ResourceContents{"test://embedded-resource", "text/plain",
                                   "This is an embedded resource content."})},
      {"test_multiple_content_types", mixed()},
      {"test_error_handling", text("This tool intentionally returns an error for testing", true)},
  };
  for (const auto& [name, result] : fixtures) {
    if (auto added = tools.add(make_tool(name), answer(result)); !added) return added;
  }
  const mcp::Tool mirrored =
      make_tool("test_x_mcp_header", R"("region":{"type":"string","x-mcp-header":"Region"})");
  if (auto added = tools.add(mirrored, answer(text("routed"))); !added) return added;
  return tools.add_unchecked(schema_tool(), answer(text("shown")));
}

}  // namespace berth::conformance
