#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "service/core/error.h"
#include "service/loop/loop.h"
#include "service/loop/poller.h"
#include "service/platform/descriptor.h"

namespace berth::host {

/// Feeds the open stdin of one command, or what is typed on a terminal. Loop thread.
class InputFeed {
 public:
  /// `fifo` is both ends of it: so the shell's open does not wait, and a command that reads nothing
  /// breaks nothing.
  InputFeed(loop::Loop& loop, platform::Descriptor fifo);
  InputFeed(const InputFeed&) = delete;
  InputFeed& operator=(const InputFeed&) = delete;

  /// False, and nothing is taken, if more than kMaxPendingBytes would wait to be read.
  bool write(std::string_view bytes);
  /// What to say then.
  static core::Error full();
  void close_after_pending();

  /// The command has opened its end: before that a close would leave it waiting for a writer.
  void opened();

  bool closing() const { return closing_; }

  static constexpr std::size_t kMaxPendingBytes = std::size_t{8} << 20U;

 private:
  void pump();

  platform::Descriptor fifo_;
  std::optional<loop::Poller> poller_;  // gone before the descriptor is closed
  std::string pending_;
  std::size_t sent_ = 0;  // bytes of pending_ that are written
  bool closing_ = false;
  bool opened_ = false;
};

}  // namespace berth::host
