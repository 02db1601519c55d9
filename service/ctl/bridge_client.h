#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "service/core/error.h"
#include "service/loop/loop.h"
#include "service/loop/stream.h"
#include "service/net/line_reader.h"
#include "service/platform/spawn.h"

namespace berth::ctl {

/// A berth-bridge child and the MCP client at its stdio, as an IDE would be. Used from one thread;
/// the reading goes on behind it.
class BridgeClient {
 public:
  static core::Result<std::unique_ptr<BridgeClient>> start(
      const std::string& program, const std::vector<std::string>& arguments,
      const std::vector<std::string>& environment);
  /// Ends a bridge that close() has not ended.
  ~BridgeClient();
  BridgeClient(const BridgeClient&) = delete;
  BridgeClient& operator=(const BridgeClient&) = delete;

  /// Sends a request; the answer is fetched by answer(). `params` is raw JSON.
  std::int64_t request(std::string_view method, std::string_view params);
  void notify(std::string_view method);

  /// The result of a request as raw JSON. Errors: deadline_exceeded, or internal with the message
  /// of a JSON-RPC error.
  core::Result<std::string> answer(std::int64_t id, std::chrono::milliseconds limit);
  core::Result<std::string> call(std::string_view method, std::string_view params,
                                 std::chrono::milliseconds limit);

  /// Lines on its stdout that were no JSON object: must stay 0.
  int strange_lines();
  int pid() const { return child_.pid; }

  /// Closes its stdin and waits for its end.
  core::Result<platform::ExitStatus> close(std::chrono::milliseconds limit);

 private:
  explicit BridgeClient(platform::Child child) : child_(std::move(child)) {}
  void write(std::string line);
  void received(std::string_view bytes);

  platform::Child child_;
  bool ended_ = false;
  std::int64_t last_id_ = 0;
  loop::Loop loop_;
  std::unique_ptr<loop::Stream> input_;   // loop thread, once it runs
  std::unique_ptr<loop::Stream> output_;  // likewise
  net::LineReader lines_{64U << 20U};     // likewise
  std::mutex mutex_;
  std::map<std::int64_t, std::string> answers_;  // guarded by mutex_
  int strange_lines_ = 0;                        // guarded by mutex_
  std::thread thread_;
};

}  // namespace berth::ctl
