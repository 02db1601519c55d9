#include "service/jobs/output_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "service/core/text.h"
#include "service/jobs/job_context.h"
#include "tests/support/temporary_folder.h"

namespace berth::jobs {
namespace {

using core::OutputRequest;
using core::OutputStream;

class OutputReaderTest : public testing::Test {
 protected:
  OutputReaderTest() {
    EXPECT_TRUE(spool_.prepare());
    job_.id = core::JobId::make();
    job_.host_id = core::HostId::make();
    job_.state = core::JobState::running;
    std::filesystem::create_directories(folder_.file("hosts/" + job_.host_id.str()));
    request_.job_id = job_.id;
  }

  void write(std::string_view text) {
    job_.dispatched = true;
    const auto files = spool_.renew(job_.host_id);
    ASSERT_TRUE(files) << files.error().message;
    ASSERT_EQ(::write(files->standard_output.get(), text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
  }

  OutputSource source() {
    auto source = OutputSource::open(spool_, job_, OutputStream::standard_output);
    EXPECT_TRUE(source) << source.error().message;
    return std::move(*source);
  }

  core::OutputView read() {
    auto view = read_output(source(), request_, true);
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

  const support::TemporaryFolder folder_;
  Spool spool_{folder_.path()};
  core::JobRecord job_;
  OutputRequest request_;
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
  EXPECT_FALSE(read_output(source(), request_, false)->eof);
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
  const auto view = read_output(source(), request_, true);
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().field, "grep");
}

TEST_F(OutputReaderTest, ExcerptsSayWhatIsLeftOutAndHowToReadIt) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += "line " + std::to_string(i) + "\n";
  write(text);
  const auto file = read_excerpt(source(), job_.id, OutputStream::standard_output, 300);
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->truncated);
  EXPECT_EQ(file->total_bytes, static_cast<std::int64_t>(text.size()));
  EXPECT_TRUE(file->text.starts_with("line 0\n"));
  EXPECT_TRUE(file->text.ends_with("line 999\n"));
  EXPECT_NE(file->text.find("read_output job_id=" + job_.id.str()), std::string::npos);
}

TEST_F(OutputReaderTest, TheRowsOwnBytesComeFirst) {
  write("in the file");
  job_.stdout_whole = "in the row";
  EXPECT_EQ(read().bytes, "in the row");
  EXPECT_EQ(tail(1).bytes, "in the row");
  request_.tail_lines.reset();
  request_.offset = 3;
  EXPECT_EQ(read().bytes, "the row");
}

class SpoolTest : public OutputReaderTest {};

TEST_F(SpoolTest, KeepsWhatAHostsFilesHoldAlsoWhenAskedTwice) {
  write("large");
  for (int i = 0; i < 2; ++i) {
    const auto sizes = spool_.keep(job_.host_id, job_.id);
    ASSERT_TRUE(sizes) << sizes.error().message;
    EXPECT_EQ(sizes->standard_output, 5);
    EXPECT_EQ(sizes->standard_error, 0);
  }
  EXPECT_EQ(read().bytes, "large") << "not found where it was kept while its end was being stored";
  job_.state = core::JobState::succeeded;
  ASSERT_TRUE(spool_.renew(job_.host_id));
  EXPECT_EQ(read().bytes, "large");
  ASSERT_TRUE(spool_.remove(job_.id));
  EXPECT_EQ(read().bytes, "");
}

TEST_F(SpoolTest, AFileTakesTheNextCommandsOutputOnlyAfterItWasRenewed) {
  write("first");
  write("second");
  EXPECT_EQ(read().bytes, "second");
}

TEST(JobContextTest, BringsBackAllThatADispatchKnew) {
  core::JobRecord job;
  job.id = core::JobId::make();
  job.session_id = core::SessionId::make();
  job.host_id = core::HostId::make();
  job.client_id = "cli_1";
  job.principal = "user:1000";
  job.command = std::string("echo \0 x\n", 10);
  job.env_json = R"({"A":"1"})";
  job.stdin_mode = core::StdinMode::open;
  job.sync = false;
  job.request_key = "k";
  job.link_key = "l";
  job.timeout = core::Milliseconds(1500);
  job.max_output_bytes = 7;
  job.created_at = core::Timestamp(core::Milliseconds(1'795'000'000'123));
  const auto back = decode_context(encode_context(job));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->id, job.id);
  EXPECT_EQ(back->session_id, job.session_id);
  EXPECT_EQ(back->host_id, job.host_id);
  EXPECT_EQ(back->client_id, job.client_id);
  EXPECT_EQ(back->principal, job.principal);
  EXPECT_EQ(back->command, job.command);
  EXPECT_EQ(back->env_json, job.env_json);
  EXPECT_EQ(back->stdin_mode, job.stdin_mode);
  EXPECT_EQ(back->sync, job.sync);
  EXPECT_EQ(back->request_key, job.request_key);
  EXPECT_EQ(back->link_key, job.link_key);
  EXPECT_EQ(back->timeout, job.timeout);
  EXPECT_EQ(back->max_output_bytes, 7);
  EXPECT_EQ(back->created_at, job.created_at);
  EXPECT_EQ(back->state, core::JobState::running);
  EXPECT_TRUE(back->dispatched);
  EXPECT_FALSE(decode_context("garbage"));
}

}  // namespace
}  // namespace berth::jobs
