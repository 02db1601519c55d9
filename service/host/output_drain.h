#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "service/core/error.h"
#include "service/loop/loop.h"
#include "service/loop/poller.h"
#include "service/platform/descriptor.h"

namespace berth::host {

/// Moves one output stream of a command from its FIFO to its spool, exact bytes, as they come. A
/// spool that takes no more does not stop the command: the rest is dropped and error() says so.
/// Loop thread.
class OutputDrain {
 public:
  /// `spool` is a file that outlives it. `changed` is called after bytes were taken and at the end;
  /// it may not destroy the drain.
  OutputDrain(loop::Loop& loop, platform::Descriptor fifo, int spool,
              std::function<void()> changed);
  ~OutputDrain();
  OutputDrain(const OutputDrain&) = delete;
  OutputDrain& operator=(const OutputDrain&) = delete;

  /// Takes what the FIFO holds now: when the shell has said done, that is the rest of the command's
  /// output. Never waits for an end: background processes may keep writing.
  void finish();

  /// Its file can't be written: the output is read and dropped.
  void refuse(core::Error error);

  std::int64_t bytes() const { return bytes_; }
  /// The whole output while bytes() <= hostproto::kMaxInlineBytes.
  std::string& head() { return head_; }
  const std::optional<core::Error>& error() const { return error_; }
  /// No process has the stream open any more.
  bool ended() const { return ended_; }
  /// After finish(): the FIFO, if processes still write to it.
  platform::Descriptor take_fifo();

 private:
  void ready();
  bool take_once(std::size_t limit);
  bool copy_once(std::size_t limit);
  bool move_once(std::size_t limit);
  void store(std::string_view bytes);

  platform::Descriptor fifo_;
  int spool_;
  std::optional<loop::Poller> poller_;
  std::function<void()> changed_;
  std::string head_;
  std::int64_t bytes_ = 0;
  std::optional<core::Error> error_;
  bool ended_ = false;
  bool copy_only_ = false;  // the spool's file system takes no splice
  bool enlarged_ = false;
};

}  // namespace berth::host
