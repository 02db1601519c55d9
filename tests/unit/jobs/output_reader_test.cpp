#include "service/jobs/output_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "service/core/text.h"

namespace berth::jobs {
namespace {

using core::OutputRequest;
using core::OutputStream;

class OutputReaderTest : public testing::Test {
 protected:
  OutputReaderTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "berth-spool-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    EXPECT_TRUE(spool_.prepare());
    request_.job_id = id_;
  }
  ~OutputReaderTest() override { std::filesystem::remove_all(folder_); }

  void write(std::string_view text) {
    auto files = spool_.create(id_);
    ASSERT_TRUE(files) << files.error().message;
    ASSERT_EQ(::write(files->standard_output.get(), text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
  }

  core::OutputView read() {
    auto view = read_output(spool_, request_, {.ended = true});
    EXPECT_TRUE(view) << view.error().message;
    return view ? *view : core::OutputView{};
  }

  core::OutputView tail(std::int64_t lines, std::size_t limit = 65'536) {
    request_.tail_lines = lines;
    request_.limit = limit;
    return read();
  }

  core::OutputView grep(const std::string& pattern, std::size_t limit = 65'536) {
    request_.grep = pattern;
    request_.limit = limit;
    return read();
  }

  std::string folder_;
  Spool spool_{folder_ + "/spool"};
  const core::JobId id_ = core::JobId::make();
  OutputRequest request_;

 private:
};

TEST_F(OutputReaderTest, RangesAreExactBytes) {
  const std::string bytes("a\0b\xFF\n", 5);
  write(bytes);
  request_.offset = 0;
  EXPECT_EQ(read().bytes, bytes);
  EXPECT_TRUE(read().eof);
  request_.offset = 1;
  request_.limit = 2;
  const auto part = read();
  EXPECT_EQ(part.bytes, bytes.substr(1, 2));
  EXPECT_EQ(part.next_offset, 3);
  EXPECT_EQ(part.total_bytes, 5);
  EXPECT_FALSE(part.eof);
  request_.offset = 99;
  EXPECT_EQ(read().bytes, "");
}

TEST_F(OutputReaderTest, AJobThatNeverRanHasNoOutput) {
  const auto view = read();
  EXPECT_EQ(view.total_bytes, 0);
  EXPECT_TRUE(view.eof);
}

TEST_F(OutputReaderTest, ARunningJobIsNeverAtItsEnd) {
  write("x");
  EXPECT_FALSE(read_output(spool_, request_, {.ended = false})->eof);
}

TEST_F(OutputReaderTest, TailCountsLinesWithAndWithoutALastNewline) {
  write("one\ntwo\nthree\n");
  EXPECT_EQ(tail(1).bytes, "three\n");
  EXPECT_EQ(tail(2).bytes, "two\nthree\n");
  EXPECT_EQ(tail(3).bytes, "one\ntwo\nthree\n");
  EXPECT_EQ(tail(9).bytes, "one\ntwo\nthree\n");
  EXPECT_EQ(tail(0).bytes, "");
  EXPECT_EQ(tail(1).offset, 8);
  write("one\ntwo");
  EXPECT_EQ(tail(1).bytes, "two");
  EXPECT_EQ(tail(2).bytes, "one\ntwo");
}

TEST_F(OutputReaderTest, TailReachesAcrossChunksAndStopsAtItsLimit) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "line " + std::to_string(i) + "\n";
  write(text);
  const auto many = tail(100'000, 16'777'216);
  EXPECT_TRUE(many.bytes.starts_with("line 100000\n")) << many.bytes.substr(0, 40);
  EXPECT_TRUE(many.bytes.ends_with("line 199999\n"));
  EXPECT_EQ(many.offset + static_cast<std::int64_t>(many.bytes.size()), many.total_bytes);
  EXPECT_EQ(tail(100'000, 1'000).bytes, text.substr(text.size() - 1'000));
}

TEST_F(OutputReaderTest, GrepFindsLinesAcrossChunks) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "line " + std::to_string(i) + "\n";
  text += "last error";
  write(text);
  EXPECT_EQ(grep("^line 9999[89]$").bytes, "line 99998\nline 99999\n");
  EXPECT_EQ(grep("error").bytes, "last error");
  EXPECT_TRUE(grep("error").eof);
  EXPECT_EQ(grep("nothing").bytes, "");
}

TEST_F(OutputReaderTest, GrepGoesOnWhereItsLimitEndedIt) {
  write("a1\na2\na3\na4\n");
  auto first = grep("a", 6);
  EXPECT_EQ(first.bytes, "a1\na2\n");
  EXPECT_FALSE(first.eof);
  request_.offset = first.next_offset;
  EXPECT_EQ(read().bytes, "a3\na4\n");
}

TEST_F(OutputReaderTest, ABadPatternIsNamed) {
  write("x\n");
  request_.grep = "(";
  const auto view = read_output(spool_, request_, {.ended = true});
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().field, "grep");
}

TEST_F(OutputReaderTest, ExcerptsSayWhatIsLeftOutAndHowToReadIt) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += "line " + std::to_string(i) + "\n";
  write(text);
  const auto file = read_excerpt(spool_, id_, OutputStream::standard_output, 300);
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->truncated);
  EXPECT_EQ(file->total_bytes, static_cast<std::int64_t>(text.size()));
  EXPECT_TRUE(file->text.starts_with("line 0\n"));
  EXPECT_TRUE(file->text.ends_with("line 999\n"));
  EXPECT_NE(file->text.find("read_output job_id=" + id_.str()), std::string::npos);
  EXPECT_EQ(file->text, make_excerpt(text, id_, OutputStream::standard_output, 300).text);
}

}  // namespace
}  // namespace berth::jobs
