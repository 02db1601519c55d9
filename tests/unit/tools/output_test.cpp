#include "tests/unit/tools/tools_fixture.h"

namespace berth::tools {
namespace {

using testing::HasSubstr;

class OutputTest : public ToolsTest {
 protected:
  OutputTest() {
    view_.job_id = id_;
    view_.bytes = "line\n";
    view_.next_offset = 5;
    view_.total_bytes = 100;
    execution_.output = view_;
  }
  std::string with(const std::string& more = "") const {
    return R"({"job_id":")" + id_.str() + "\"" + more + "}";
  }

  core::JobId id_ = core::JobId::make();
  core::OutputView view_;
};

TEST_F(OutputTest, ReadsStdoutFromTheStartByDefault) {
  const auto result = call("read_output", with());
  ASSERT_TRUE(result);
  const core::OutputRequest& request = execution_.output_request;
  EXPECT_EQ(request.job_id, id_);
  EXPECT_EQ(request.stream, core::OutputStream::standard_output);
  EXPECT_FALSE(request.offset);
  EXPECT_FALSE(request.tail_lines);
  EXPECT_EQ(request.limit, 65'536U);
  EXPECT_EQ(result->text, "stdout of 100 bytes, next offset 5, job " + id_.str() + "\nline\n");
  EXPECT_EQ(result->structured, R"({"job_id":")" + id_.str() +
                                    R"(","stream":"stdout","offset":0,"next_offset":5,)"
                                    R"("total_bytes":100,"eof":false,"text":"line\n"})");
}

TEST_F(OutputTest, TakesOneWayOfChoosing) {
  ASSERT_TRUE(call("read_output", with(R"(,"stream":"stderr","offset":7,"limit":10)")));
  EXPECT_EQ(execution_.output_request.stream, core::OutputStream::standard_error);
  EXPECT_EQ(execution_.output_request.offset, 7);
  EXPECT_EQ(execution_.output_request.limit, 10U);
  ASSERT_TRUE(call("read_output", with(R"(,"tail_lines":3)")));
  EXPECT_EQ(execution_.output_request.tail_lines, 3);
  ASSERT_TRUE(call("read_output", with(R"(,"grep":"err.*")")));
  EXPECT_EQ(execution_.output_request.grep, "err.*");
  const auto both = call("read_output", with(R"(,"tail_lines":3,"grep":"x")"));
  ASSERT_FALSE(both);
  EXPECT_THAT(both.error().message, HasSubstr("only one of offset, tail_lines and grep"));
  EXPECT_FALSE(call("read_output", with(R"(,"offset":-1)")));
  EXPECT_FALSE(call("read_output", with(R"(,"limit":0)")));
}

TEST_F(OutputTest, LeavesACharacterCutByTheLimitForTheNextPage) {
  view_.bytes = "ab\xE2\x82";  // two of the three bytes of a euro sign
  view_.next_offset = 4;
  execution_.output = view_;
  EXPECT_THAT(call("read_output", with())->structured,
              HasSubstr(R"("next_offset":2,"total_bytes":100,"eof":false,"text":"ab"})"));
  view_.eof = true;
  execution_.output = view_;
  EXPECT_THAT(
      call("read_output", with())->structured,
      HasSubstr("\"next_offset\":4,\"total_bytes\":100,\"eof\":true,\"text\":\"ab\xEF\xBF"));
  view_.eof = false;
  view_.bytes = "\xE2\x82";
  view_.next_offset = 2;
  execution_.output = view_;
  EXPECT_THAT(call("read_output", with())->structured, HasSubstr(R"("next_offset":2)"))
      << "never without progress";
}

TEST_F(OutputTest, IsReadable) {
  view_.bytes = "\x1b[31mred\x1b[0m\n\xff";
  view_.eof = true;
  execution_.output = view_;
  const auto result = call("read_output", with());
  EXPECT_THAT(result->text, HasSubstr("complete"));
  EXPECT_THAT(result->text, HasSubstr("\nred\n\xEF\xBF\xBD"));
}

}  // namespace
}  // namespace berth::tools
