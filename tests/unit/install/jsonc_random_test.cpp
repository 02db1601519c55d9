// Random documents: whatever they look like, an install changes nothing else and an uninstall gives
// back what was there. RapidJSON, which reads JSONC too, says what they mean.
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <random>

#include "tests/unit/install/sample_client.h"

namespace berth::install {
namespace {

class Generator {
 public:
  explicit Generator(unsigned seed, std::string entry = {})
      : random_(seed), entry_(std::move(entry)) {}

  /// A document that has a servers object, with the entry somewhere in it if one was given.
  std::string document() {
    line_break_ = chance(30) ? "\r\n" : "\n";
    std::string out = chance(10) ? "\xEF\xBB\xBF" : "";
    out += gap() + "{" + gap();
    for (int i = below(3); i > 0; --i) out += member(0) + "," + gap();
    out += "\"mcpServers\"" + gap() + ":" + gap() + servers() + gap();
    for (int i = below(3); i > 0; --i) out += "," + gap() + member(0) + gap();
    if (chance(25)) out += "," + gap();
    return out + "}" + gap();
  }

 private:
  bool chance(int percent) { return below(100) < percent; }
  int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }

  std::string gap() {
    std::string out;
    while (chance(45)) {
      switch (below(6)) {
        case 0:
          out += line_break_ + std::string(static_cast<std::size_t>(below(5)), ' ');
          break;
        case 1:
          out += "\t";
          break;
        case 2:
          out += "// \"} , { /* é" + line_break_;
          break;
        case 3:
          out += "/* // \" } */";
          break;
        case 4:
          out += "/*" + line_break_ + "*/";
          break;
        default:
          out += " ";
      }
    }
    return out;
  }

  std::string servers() {
    const int count = below(4) + (entry_.empty() ? 0 : 1);
    const int position = count > 0 ? below(count) : 0;
    // Blanks alone are not among them: an object that loses its one member becomes {} again.
    if (count == 0) return chance(50) ? "{}" : "{" + gap() + "/* } */" + gap() + "}";
    std::string out = "{" + gap();
    for (int i = 0; i < count; ++i) {
      if (i > 0) out += "," + gap();
      const bool is_entry = i == position && !entry_.empty();
      out += (is_entry ? "\"berth\":" + gap() + entry_ : member(0)) + gap();
    }
    if (chance(25)) out += "," + gap();
    return out + "}";
  }

  std::string member(int depth) {
    return "\"k" + std::to_string(number_++) + "\"" + gap() + ":" + gap() + value(depth);
  }

  std::string value(int depth) {
    switch (below(depth < 3 ? 6 : 4)) {
      case 0:
        return "\"// no /* comment \\\" { \\u00e9 😀\"";
      case 1:
        return "-1.5e3";
      case 2:
        return "null";
      case 3:
        return chance(50) ? "{}" : "[" + gap() + "]";
      case 4:
        return "[" + gap() + value(depth + 1) + gap() + (chance(25) ? "," + gap() : "") + "]";
      default:
        return "{" + gap() + member(depth + 1) + gap() + (chance(25) ? "," + gap() : "") + "}";
    }
  }

  std::mt19937 random_;
  std::string entry_;
  std::string line_break_;
  int number_ = 0;
};

rapidjson::Document parsed(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  constexpr unsigned kFlags = rapidjson::kParseCommentsFlag | rapidjson::kParseTrailingCommasFlag |
                              rapidjson::kParseValidateEncodingFlag;
  rapidjson::Document document;
  document.Parse<kFlags>(text.data(), text.size());
  EXPECT_FALSE(document.HasParseError()) << text << "\nat " << document.GetErrorOffset();
  return document;
}

TEST(JsoncRandom, AnInstallAddsTheEntryAndNothingElse) {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    const std::string before = Generator(seed).document();
    const std::string after = installed(json_client(), before);
    auto expected = parsed(before);
    auto& pool = expected.GetAllocator();
    rapidjson::Value entry(rapidjson::kObjectType);
    entry.AddMember("command", "/opt/berth-bridge", pool);
    expected["mcpServers"].AddMember("berth", entry, pool);
    ASSERT_EQ(parsed(after), expected) << "seed " << seed << '\n' << before << "\n-->\n" << after;
  }
}

TEST(JsoncRandom, AnUninstallGivesBackTheBytes) {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    const std::string before = Generator(seed).document();
    const std::string after = installed(json_client(), before);
    ASSERT_EQ(uninstalled(json_client(), after), before) << "seed " << seed << '\n' << after;
  }
}

int count_of(std::string_view what, std::string_view text) {
  int count = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string_view::npos; ++at) ++count;
  return count;
}

TEST(JsoncRandom, AnUninstallTakesOutAnyEntryAndNoComment) {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    const std::string before = Generator(seed, R"({"command": "berth-bridge"})").document();
    const std::string after = uninstalled(json_client(), before);
    auto expected = parsed(before);
    // The same order: EraseMember() keeps it, RemoveMember() does not.
    expected["mcpServers"].EraseMember("berth");
    ASSERT_EQ(parsed(after), expected) << "seed " << seed << '\n' << before << "\n-->\n" << after;
    const std::size_t entry = before.find("\"berth\"");
    const std::string_view inner =
        std::string_view(before).substr(entry, before.find("{\"command", entry) - entry);
    for (const char* mark : {"// \"} , {", "*/"}) {
      ASSERT_EQ(count_of(mark, after) + count_of(mark, inner), count_of(mark, before))
          << "seed " << seed << '\n'
          << before << "\n-->\n"
          << after;
    }
  }
}

}  // namespace
}  // namespace berth::install
