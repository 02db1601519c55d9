// The kept inputs of the fuzzers as an ordinary test: what they found once stays found.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/targets.h"

namespace berth::fuzz {
namespace {

struct Target {
  const char* name;
  void (*run)(std::string_view);
};

class FuzzCorpus : public ::testing::TestWithParam<Target> {};

TEST_P(FuzzCorpus, BreaksNoPromise) {
  int count = 0;
  const auto folder = std::filesystem::path(BERTH_FUZZ_CORPUS) / GetParam().name;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream stream(entry.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(stream), {}};
    EXPECT_NO_THROW(GetParam().run(input)) << entry.path();
    // Nor does any beginning of it, as a connection that breaks leaves it.
    for (std::size_t end = 0; end < input.size(); ++end) {
      EXPECT_NO_THROW(GetParam().run(std::string_view(input).substr(0, end)))
          << entry.path() << " up to " << end;
    }
    ++count;
  }
  EXPECT_GT(count, 0) << folder;
}

INSTANTIATE_TEST_SUITE_P(Targets, FuzzCorpus,
                         ::testing::Values(Target{"json_scan", json_scan},
                                           Target{"mcp_message", mcp_message},
                                           Target{"websocket_frame", websocket_frame},
                                           Target{"http_request", http_request}),
                         [](const auto& target) { return std::string(target.param.name); });

}  // namespace
}  // namespace berth::fuzz
