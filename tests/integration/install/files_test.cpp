// What can be in the place of a configuration file.
#include <gmock/gmock.h>

#include "tests/integration/install/bridge_command.h"

namespace berth::install {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

const std::string kBridge = std::filesystem::canonical(BERTH_BRIDGE);

class FilesTest : public BridgeCommandTest {
 protected:
  const std::string file_ = in_home("project/.mcp.json");
  const std::vector<std::string> here_{"--client", "claude", "--file", file_};

  Outcome run_here(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin() + 1, here_.begin(), here_.end());
    return run(arguments);
  }
};

TEST_F(FilesTest, AnyFileCanBeNamed) {
  EXPECT_EQ(run_here({"install", "--yes", "--name", "terminals"}).status, 0);
  EXPECT_THAT(text_of(file_), HasSubstr("\"terminals\": {\n      \"type\": \"stdio\""));
  EXPECT_FALSE(fs::exists(in_home(".claude.json")));
  EXPECT_THAT(run_here({"uninstall", "--yes"}).out, HasSubstr("nothing to do"));
  EXPECT_EQ(run_here({"uninstall", "--yes", "--name", "terminals"}).status, 0);
}

TEST_F(FilesTest, BrokenFilesAreNamedAndLeftAlone) {
  const std::string broken = "{\n  \"mcpServers\": {\n    \"a\": }\n}\n";
  put(file_, broken);
  for (const char* command : {"install", "uninstall"}) {
    const auto refused = run_here({command, "--yes", "--force"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_EQ(refused.err, "berth-bridge: " + file_ + ":3:10: a value is expected here\n");
    EXPECT_THAT(refused.out, IsEmpty());
    EXPECT_EQ(text_of(file_), broken);
    EXPECT_THAT(backups_of(file_), IsEmpty());
  }
}

TEST_F(FilesTest, ForeignEntriesAreLeftAloneWithoutForce) {
  const std::string foreign = "{\"mcpServers\": {\"berth\": {\"command\": \"npx\"}}}";
  put(file_, foreign);
  for (const char* command : {"install", "uninstall"}) {
    const auto refused = run_here({command, "--yes"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr(file_ + ":1:17: \"berth\" starts npx"));
    EXPECT_EQ(text_of(file_), foreign);
  }
  EXPECT_EQ(run_here({"install", "--yes", "--force"}).status, 0);
  EXPECT_THAT(text_of(file_), HasSubstr(kBridge));
  EXPECT_EQ(run_here({"uninstall", "--yes"}).status, 0);
  EXPECT_EQ(text_of(file_), "{\"mcpServers\": {}}");
}

TEST_F(FilesTest, LinksStayLinks) {
  const std::string real = in_home("dotfiles/mcp.json");
  put(real, "{}\n", 0600);
  fs::create_directories(in_home("project"));
  fs::create_symlink("../dotfiles/mcp.json", file_);
  EXPECT_EQ(run_here({"install", "--yes"}).status, 0);
  EXPECT_TRUE(fs::is_symlink(file_));
  EXPECT_THAT(text_of(real), HasSubstr(kBridge));
  EXPECT_THAT(backups_of(fs::canonical(real)), SizeIs(1));
  EXPECT_EQ(run_here({"uninstall", "--yes"}).status, 0);
  EXPECT_TRUE(fs::is_symlink(file_));
  EXPECT_EQ(text_of(real), "{}\n");
}

TEST_F(FilesTest, WhatIsNoFileIsRefused) {
  fs::create_directories(file_);
  const auto refused = run_here({"install", "--yes"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(refused.err, "berth-bridge: " + file_ + " is not a file\n");
}

TEST_F(FilesTest, AnUninstallTakesOutTheEntryAloneIfMoreHasChanged) {
  put(file_, "");
  EXPECT_EQ(run_here({"install", "--yes"}).status, 0);
  const std::string installed = text_of(file_);
  put(file_, "// mine\n" + installed);
  EXPECT_EQ(run_here({"uninstall", "--yes"}).status, 0);
  EXPECT_EQ(text_of(file_), "// mine\n{\n  \"mcpServers\": {}\n}\n");

  // And gives all back if not, also of a program that was elsewhere when it was installed.
  const std::string elsewhere = "/elsewhere/berth-bridge";
  std::string older = installed;
  older.replace(older.find(kBridge), kBridge.size(), elsewhere);
  put(file_, older);
  EXPECT_EQ(run_here({"install", "--yes"}).status, 0);
  EXPECT_EQ(text_of(file_), installed);
  EXPECT_EQ(run_here({"uninstall", "--yes"}).status, 0);
  EXPECT_EQ(text_of(file_), "");
}

TEST_F(FilesTest, WithoutATerminalNothingIsWrittenUnlessSaidSo) {
  put(file_, "{}\n");
  const auto shown = run_here({"install"});
  EXPECT_EQ(shown.status, 1);
  EXPECT_THAT(shown.out, StartsWith("--- " + file_ + "\n+++ " + file_ + "\n@@ -1,1 +1,"));
  EXPECT_THAT(shown.err, HasSubstr("--yes writes it"));
  EXPECT_EQ(text_of(file_), "{}\n");
}

TEST_F(FilesTest, WrongArgumentsAreToldApart) {
  EXPECT_EQ(run({"install", "--client", "none"}).status, 2);
  EXPECT_EQ(run({"install", "--client", "zed", "--name", "a b"}).status, 2);
  EXPECT_EQ(run({"install", "--file", file_}).status, 2);
  EXPECT_EQ(run({"uninstall", "--nonsense"}).status, 2);
  const auto help = run({"install", "--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("--dry-run"));
}

}  // namespace
}  // namespace berth::install
