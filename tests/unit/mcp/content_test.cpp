#include "service/mcp/content.h"

#include <gtest/gtest.h>

namespace berth::mcp {
namespace {

std::string written(const Content& content, Revision revision = Revision::r2026_07_28) {
  core::JsonWriter json;
  write_content(json, content, revision);
  return json.str();
}

TEST(Content, IsWrittenAsTheBlockOfItsKind) {
  EXPECT_EQ(written("say \"hi\""), R"({"type":"text","text":"say \"hi\""})");
  EXPECT_EQ(written(ImageContent{"abc", "image/png"}),
            R"({"type":"image","data":"YWJj","mimeType":"image/png"})");
  EXPECT_EQ(written(AudioContent{"abc", "audio/wav"}),
            R"({"type":"audio","data":"YWJj","mimeType":"audio/wav"})");
  EXPECT_EQ(
      written(core::ResourceContents{"x://a", "text/plain", "text"}),
      R"({"type":"resource","resource":{"uri":"x://a","mimeType":"text/plain","text":"text"}})");
  EXPECT_EQ(
      written(core::ResourceContents{"x://a", "image/png", core::ResourceBytes{"abc"}}),
      R"({"type":"resource","resource":{"uri":"x://a","mimeType":"image/png","blob":"YWJj"}})");
  EXPECT_EQ(written(core::ResourceInfo{"x://a", "a", "", "text/plain"}),
            R"({"type":"resource_link","uri":"x://a","name":"a","mimeType":"text/plain"})");
}

TEST(Content, IsATextWhereTheRevisionDoesNotKnowItYet) {
  EXPECT_EQ(written(AudioContent{"abc", "audio/wav"}, Revision::r2024_11_05),
            R"({"type":"text","text":"[sound, audio/wav, 3 bytes]"})");
  EXPECT_EQ(written(core::ResourceInfo{"x://a", "a", "all of it", ""}, Revision::r2025_03_26),
            R"({"type":"text","text":"[resource x://a: all of it]"})");
}

}  // namespace
}  // namespace berth::mcp
