#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/loop/loop.h"
#include "service/loop/poller.h"
#include "service/loop/stream.h"
#include "service/net/line_reader.h"
#include "service/platform/spawn.h"

namespace berth::bridge {

/// A real berth-bridge with this test as its IDE.
class BridgeProcess {
 public:
  /// Its stderr is this test's unless a file is named.
  BridgeProcess(loop::Loop& loop, const std::vector<std::string>& arguments,
                const std::vector<std::string>& environment = {},
                const std::string& program = BERTH_BRIDGE, const std::string& stderr_file = {});
  ~BridgeProcess();

  void send(const std::string& line) { input_->write(line + "\n"); }
  void send_raw(std::string bytes) { input_->write(std::move(bytes)); }
  std::size_t unsent_bytes() const { return input_->pending_bytes(); }
  void close_stdin() { input_.reset(); }
  void close_stdout() { output_.reset(); }
  void stop_reading_stdout() { output_->stop_reading(); }
  void read_stdout();

  /// Every line of its stdout so far.
  const std::vector<std::string>& lines() const { return lines_; }
  /// The first line that contains `text`, empty if there is none.
  std::string line_with(std::string_view text) const;

  bool running() const { return !exit_.has_value(); }
  const std::optional<platform::ExitStatus>& exit() const { return exit_; }
  int pid() const { return child_.pid; }

 private:
  platform::Child child_;
  std::unique_ptr<loop::Stream> input_;
  std::unique_ptr<loop::Stream> output_;
  std::unique_ptr<loop::Poller> end_;
  net::LineReader reader_{64U << 20U};
  std::vector<std::string> lines_;
  std::optional<platform::ExitStatus> exit_;
};

}  // namespace berth::bridge
