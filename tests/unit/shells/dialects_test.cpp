#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "service/core/shells.h"
#include "service/shells/dialect.h"

namespace berth::shells {
namespace {

std::vector<std::string_view> names_elsewhere() {
  std::vector<std::string_view> names(core::kPosixShells.begin(), core::kPosixShells.end());
  names.insert(names.end(), core::kWindowsShells.begin(), core::kWindowsShells.end());
  return names;
}

TEST(Dialects, AreThoseThatTheServiceKnows) {
  std::vector<std::string> listed;
  std::string rest = dialect_names();
  for (std::size_t comma; (comma = rest.find(", ")) != std::string::npos;) {
    listed.push_back(rest.substr(0, comma));
    rest.erase(0, comma + 2);
  }
  listed.push_back(rest);
  EXPECT_THAT(listed, testing::UnorderedElementsAreArray(names_elsewhere()));
}

TEST(Dialects, AreFoundByTheirNames) {
  for (const std::string_view name : names_elsewhere()) {
    const Dialect* const dialect = find_dialect(name);
    ASSERT_NE(dialect, nullptr) << name;
    EXPECT_EQ(dialect->name(), name);
  }
  EXPECT_EQ(find_dialect("fish"), nullptr);
  EXPECT_EQ(find_dialect(""), nullptr);
}

TEST(Dialects, OnlyShDoesWithoutTheFileThatEnvNames) {
  EXPECT_EQ(find_dialect("sh")->startup_variable(), "ENV");
  EXPECT_EQ(find_dialect("bash")->startup_variable(), "");
}

}  // namespace
}  // namespace berth::shells
