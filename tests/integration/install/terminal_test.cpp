#include <gmock/gmock.h>

#include "tests/integration/install/bridge_command.h"

namespace berth::install {
namespace {

using testing::HasSubstr;

class TerminalTest : public BridgeCommandTest {
 protected:
  const std::string file_ = in_home(".cursor/mcp.json");
  const std::vector<std::string> install_{"install", "--client", "cursor"};
};

TEST_F(TerminalTest, AYesWrites) {
  const auto written = run_in_terminal(install_, "y\n");
  EXPECT_EQ(written.status, 0);
  EXPECT_THAT(written.out, HasSubstr("Write this? [y/N] "));
  EXPECT_THAT(written.out, HasSubstr("Written: " + file_));
  EXPECT_THAT(text_of(file_), HasSubstr("berth-bridge"));
}

TEST_F(TerminalTest, AnythingElseDoesNot) {
  for (const char* answer : {"\n", "n\n", "\x04"}) {
    const auto refused = run_in_terminal(install_, answer);
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.out, HasSubstr("nothing is written"));
    EXPECT_FALSE(std::filesystem::exists(file_));
  }
}

TEST_F(TerminalTest, NobodyIsAskedWhoHasSaidSo) {
  const auto written = run_in_terminal({"install", "--client", "cursor", "--yes"}, "");
  EXPECT_EQ(written.status, 0);
  EXPECT_THAT(written.out, Not(HasSubstr("Write this?")));
}

}  // namespace
}  // namespace berth::install
