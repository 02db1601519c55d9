#include "tests/unit/architecture/source_rules.h"

#include <gmock/gmock.h>

namespace berth::architecture {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Graph kGraph = parse_graph(
    "service/core\n"
    "service/platform service/core\n"
    "service/loop service/platform\n");

TEST(SourceRules, IncludesNeedADirectEdge) {
  EXPECT_THAT(check_includes({{"service/loop/a.cpp",
                               "#include \"service/loop/a.h\"\n#include <uv.h>\n"
                               "#  include \"service/platform/posix/descriptor.h\"\n"}},
                             kGraph),
              IsEmpty());
  EXPECT_THAT(
      check_includes({{"service/loop/a.cpp", "\n#include \"service/core/error.h\"\n"}}, kGraph),
      ElementsAre("service/loop/a.cpp:2: service/loop includes service/core but does not "
                  "name it in its DEPENDS"));
  EXPECT_THAT(
      check_includes({{"service/platform/posix/a.cpp", "#include \"service/loop/a.h\"\n"}}, kGraph),
      ElementsAre(HasSubstr("service/platform includes service/loop")));
}

TEST(SourceRules, IncludesBeginAtTheRoot) {
  EXPECT_THAT(check_includes({{"service/core/a.cpp", "#include \"a.h\"\n"}}, kGraph),
              ElementsAre(HasSubstr("includes begin at the root")));
  EXPECT_THAT(check_includes({{"service/stray/a.cpp", ""}}, kGraph),
              ElementsAre(HasSubstr("belongs to no berth_library()")));
}

TEST(SourceRules, OnlyThePlatformAsksForTheSystem) {
  const std::string text = "#pragma once\n#if defined(_WIN32) && FOO\n#endif\n";
  EXPECT_THAT(check_conditionals({{"service/platform/posix/a.cpp", text}}), IsEmpty());
  EXPECT_THAT(check_conditionals({{"service/core/a.h", text}}),
              ElementsAre(HasSubstr("service/core/a.h:2: ")));
  EXPECT_THAT(check_conditionals({{"api/http/a.h", "# ifndef __linux__\n"}}),
              ElementsAre(HasSubstr("api/http/a.h:1: ")));
  EXPECT_THAT(check_conditionals({{"api/http/a.h", "#ifdef NDEBUG\n// on _WIN32 too\n"}}),
              IsEmpty());
}

TEST(SourceRules, LengthsAreBounded) {
  const std::string longest(kMaxSourceLines, '\n');
  EXPECT_THAT(check_lengths({{"service/core/a.cpp", longest}}), IsEmpty());
  EXPECT_THAT(check_lengths({{"service/core/a.cpp", longest + '\n'}}),
              ElementsAre(HasSubstr("service/core/a.cpp:401: more than 400 lines")));
  EXPECT_THAT(check_lengths({{"tests/unit/core/a.cpp", longest + '\n'}}), IsEmpty());
}

TEST(SourceRules, ApiAndStorageAreBlindToEachOther) {
  EXPECT_THAT(check_layers(parse_graph("api/http\nstorage/sqlite\n"
                                       "service/daemon api/http storage/sqlite\n"
                                       "api/mcp api/http\nstorage/stores storage/sqlite\n")),
              IsEmpty());
  EXPECT_THAT(check_layers(parse_graph("api/http storage/sqlite\nstorage/sqlite\n")),
              ElementsAre(HasSubstr("api/http -> storage/sqlite")));
  EXPECT_THAT(check_layers(parse_graph("service/jobs storage/stores\nstorage/stores\n")),
              ElementsAre(HasSubstr("service/jobs -> storage/stores")));
  EXPECT_THAT(check_layers(parse_graph("service/tools service/daemon\nservice/daemon\n")),
              ElementsAre(HasSubstr("a program is not a library")));
  EXPECT_THAT(check_layers(parse_graph("service/jobs service/jbos\n")),
              ElementsAre(HasSubstr("no berth_library() defines it")));
}

}  // namespace
}  // namespace berth::architecture
