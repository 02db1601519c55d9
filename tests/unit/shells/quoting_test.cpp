#include "service/shells/quoting.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace berth::shells {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

TEST(QuotePosix, StandsForExactlyTheseBytes) {
  for (const auto& [text, quoted] : std::to_array<Pair>({
           {"", "''"},
           {"plain", "'plain'"},
           {"it's", R"('it'\''s')"},
           {"'", R"(''\''')"},
           {"$HOME `x` \"y\" \\ !\n", "'$HOME `x` \"y\" \\ !\n'"},
       })) {
    EXPECT_EQ(quote_posix(text), quoted);
  }
}

TEST(QuoteAssignment, QuotesTheValueOnly) {
  EXPECT_EQ(quote_assignment("A=b=c d"), "A='b=c d'");
  EXPECT_EQ(quote_assignment("A="), "A=''");
}

TEST(IsAssignment, TakesNamesOfShellsOnly) {
  for (const std::string_view good : {"A=", "_a1=x\ny", "A==="}) EXPECT_TRUE(is_assignment(good));
  for (const std::string_view bad :
       {std::string_view("A"), std::string_view("=x"), std::string_view("1A=x"),
        std::string_view("A-B=x"), std::string_view("A =x"), std::string_view("A=x\0y", 5)}) {
    EXPECT_FALSE(is_assignment(bad)) << bad;
  }
}

TEST(QuoteCmd, LeavesNoCharacterItsMeaning) {
  for (const auto& [text, quoted] : std::to_array<Pair>({
           {"", ""},
           {"plain text's", "plain text's"},
           {"a & b | c < d > e", "a ^& b ^| c ^< d ^> e"},
           {"%PATH% 100%", "^%PATH^% 100^%"},
           {"say \"hi\" (now) !x! ^", "say ^\"hi^\" ^(now^) ^!x^! ^^"},
           {"two\r\nlines\nmore", "two lines more"},
           {"ümläut", "ümläut"},
       })) {
    EXPECT_EQ(quote_cmd(text), quoted);
  }
}

TEST(QuoteCmdPath, KeepsPercentSignsOutOfTheQuotes) {
  for (const auto& [path, quoted] : std::to_array<Pair>({
           {R"(C:\Program Files (x86)\a & b)", R"("C:\Program Files (x86)\a & b")"},
           {R"(C:\100%\%TEMP%)", R"("C:\100"^%"\"^%"TEMP"^%"")"},
           {R"(C:\it's^!)", R"("C:\it's^!")"},
       })) {
    EXPECT_EQ(quote_cmd_path(path), quoted);
  }
}

TEST(QuotePowerShell, DoublesEveryKindOfSingleQuote) {
  for (const auto& [text, quoted] : std::to_array<Pair>({
           {"", "''"},
           {"$x `n \"y\" {z}", "'$x `n \"y\" {z}'"},
           {"it's", "'it''s'"},
           {"''", "''''''"},
           {"\u2018a\u2019\u201a\u201b", "'\u2018\u2018a\u2019\u2019\u201a\u201a\u201b\u201b'"},
           {"\u2013 \u201c\u201d \u2026", "'\u2013 \u201c\u201d \u2026'"},
           {"cut \xe2\x80", "'cut \xe2\x80'"},
           {"two\nlines", "'two\nlines'"},
       })) {
    EXPECT_EQ(quote_powershell(text), quoted);
  }
}

}  // namespace
}  // namespace berth::shells
