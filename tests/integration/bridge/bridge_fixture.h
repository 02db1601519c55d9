#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "service/core/ids.h"
#include "service/platform/process.h"
#include "tests/integration/bridge/bridge_process.h"
#include "tests/integration/bridge/link_server.h"
#include "tests/support/turning_loop.h"

namespace berth::bridge {

inline const std::string kInitialize =
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"x":1.0,"big":18446744073709551616}})";
inline const std::string kInitialized = R"({"jsonrpc":"2.0","method":"notifications/initialized"})";

inline std::string call(int id, const std::string& payload = "") {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) +
         R"(,"method":"tools/call","params":{"p":")" + payload + "\"}}";
}
inline std::string result(int id, const std::string& payload = "") {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"result":{"r":")" + payload +
         "\"}}";
}

class BridgeTest : public testing::Test {
 protected:
  BridgeTest() {
    platform::ignore_broken_pipes();
    std::filesystem::create_directories(folder_);
  }
  ~BridgeTest() override { std::filesystem::remove_all(folder_); }

  std::string runtime_dir() const { return folder_ + "/run"; }
  void start_server() { server_ = std::make_unique<LinkServer>(turning_.get(), runtime_dir()); }
  void start_bridge(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"--runtime-dir", runtime_dir()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    bridge_ = std::make_unique<BridgeProcess>(turning_.get(), arguments);
  }
  void shake_hands() {
    start_server();
    start_bridge();
    bridge_->send(kInitialize);
    ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 1; }));
    server_->say(result(0));
    ASSERT_TRUE(turning_.until([&] { return bridge_->lines().size() == 1; }));
    bridge_->send(kInitialized);
    ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 2; }));
  }
  std::vector<std::string> texts_from(std::size_t first) const {
    std::vector<std::string> texts;
    for (std::size_t i = first; i < server_->messages().size(); ++i) {
      texts.push_back(server_->messages()[i].json);
    }
    return texts;
  }
  bool has_lines(std::size_t count) {
    return turning_.until([&] { return bridge_->lines().size() >= count; });
  }

  std::string folder_ =
      std::filesystem::temp_directory_path() / ("berth-bridge-" + core::random_base32_128());
  support::TurningLoop turning_;
  std::unique_ptr<LinkServer> server_;
  std::unique_ptr<BridgeProcess> bridge_;
};

}  // namespace berth::bridge
