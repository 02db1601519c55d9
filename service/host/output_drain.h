#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "service/host/stream_file.h"
#include "service/loop/loop.h"
#include "service/loop/poller.h"
#include "service/platform/descriptor.h"

namespace berth::host {

/// Moves one output stream of a command from its FIFO to its file, as the bytes come. Loop thread.
class OutputDrain {
 public:
  /// `changed` is called after bytes were taken and at the end; it may not destroy the drain.
  OutputDrain(loop::Loop& loop, platform::Descriptor fifo, StreamFile file,
              std::function<void()> changed);
  ~OutputDrain();
  OutputDrain(const OutputDrain&) = delete;
  OutputDrain& operator=(const OutputDrain&) = delete;

  /// Takes what the FIFO holds now: when the shell has said done, that is the rest of the command's
  /// output. Never waits for an end: background processes may keep writing.
  void finish();

  StreamFile& file() { return file_; }
  const StreamFile& file() const { return file_; }
  /// No process has the stream open any more.
  bool ended() const { return ended_; }
  /// After finish(): the FIFO, if processes still write to it.
  platform::Descriptor take_fifo();

 private:
  void ready();
  std::size_t take_once(std::size_t limit);
  std::size_t copy_once(std::size_t limit);

  platform::Descriptor fifo_;
  StreamFile file_;
  std::optional<loop::Poller> poller_;
  std::function<void()> changed_;
  bool ended_ = false;
  bool enlarged_ = false;
};

}  // namespace berth::host
