#include "service/shells/report.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/shells/report_collector.h"

namespace berth::shells {
namespace {

using std::string_literals::operator""s;

constexpr std::size_t kPieces[] = {1, 2, 7, 4096};

TEST(RecordReader, ReadsReportsInWhateverPiecesTheyCome) {
  for (const std::size_t piece : kPieces) {
    RecordReader reader;
    reader.expect({"nonce"});
    const auto reports = reports_in(
        reader,
        "\0Vnonce5.2\0Pnonce/a\nb\0Ononce/c\0Rnonce\0Snonce\0Inonce143\0Pnonce/d\0Dnonce3\0Xnonce4\0"s,
        piece);
    ASSERT_EQ(reports.size(), 5U);
    EXPECT_EQ(reports[0].kind, Report::Kind::ready);
    EXPECT_EQ(reports[0].version, "5.2");
    EXPECT_EQ(reports[0].cwd, "/a\nb");
    EXPECT_EQ(reports[0].previous_cwd, "/c");
    EXPECT_EQ(reports[1].kind, Report::Kind::started);
    EXPECT_EQ(reports[1].cwd, "");
    EXPECT_EQ(reports[2].kind, Report::Kind::unwinding);
    EXPECT_EQ(reports[2].status, 143);
    EXPECT_EQ(reports[3].kind, Report::Kind::done);
    EXPECT_EQ(reports[3].status, 3);
    EXPECT_EQ(reports[3].cwd, "/d");
    EXPECT_EQ(reports[4].kind, Report::Kind::exiting);
    EXPECT_EQ(reports[4].cwd, "");
  }
}

TEST(RecordReader, PassesOverWhatCarriesNoExpectedNonce) {
  RecordReader reader;
  reader.expect({"one", "two"});
  const auto reports =
      reports_in(reader, "garbage\0Dother1\0\0\0D\0Zone\0Done1\0Pother/x\0Dtwo2\0"s);
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].status, 1);
  EXPECT_EQ(reports[1].status, 2);
  EXPECT_EQ(reports[1].cwd, "");
}

TEST(RecordReader, GoesOnAfterAFlood) {
  RecordReader reader;
  reader.expect({"nonce"});
  EXPECT_TRUE(reports_in(reader, std::string(10'000'000, 'x'), 65'536).empty());
  EXPECT_EQ(reports_in(reader, "\0Dnonce9\0"s).at(0).status, 9);
}

}  // namespace
}  // namespace berth::shells
