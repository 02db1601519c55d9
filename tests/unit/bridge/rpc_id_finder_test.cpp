#include "service/bridge/rpc_id_finder.h"

#include <gtest/gtest.h>

namespace berth::bridge {
namespace {

TEST(RpcIdFinder, FindsTheIdOfTheMessageWhereverItStands) {
  const std::pair<std::string, std::string> cases[] = {
      {R"({"jsonrpc":"2.0","id":7,"method":"x","params":{"id":8}})", "7"},
      {R"({"method":"x","params":{"id":8,"a":[{"id":9}]},"jsonrpc":"2.0","id":7})", "7"},
      {R"({ "params" : {"text":"\"id\":5}"} , "id" : "a\"b" })", R"("a\"b")"},
      {R"({"id":-3})", "-3"},
      {R"({"params":{"id":8}})", ""},
      {R"({"id":null})", ""},
      {R"({"id":{"id":1}})", ""},
      {R"({"id":[1]})", ""},
      {R"({"text":"id","x":1})", ""},
      {R"([{"id":1}])", ""},
      {"no json", ""},
      {R"({"id":")" + std::string(300, 'x') + "\"}", ""},
  };
  for (const auto& [text, id] : cases) {
    RpcIdFinder finder;
    finder.feed(text);
    EXPECT_EQ(finder.take(), id) << text;
    // It is as new, and the parts do not matter.
    for (const char c : text) finder.feed({&c, 1});
    EXPECT_EQ(finder.take(), id) << text;
  }
}

}  // namespace
}  // namespace berth::bridge
