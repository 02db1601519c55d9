#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "service/core/error.h"
#include "service/host/input_feed.h"
#include "service/loop/loop.h"
#include "service/loop/poller.h"
#include "service/platform/tty.h"

namespace berth::host {

/// The pseudo-terminal of one shell, for the programs it runs: the shell itself is spoken to by
/// other ways. What is written while nobody takes it (by background processes) is dropped. Loop
/// thread.
class Tty {
 public:
  using Taker = std::function<void(std::string_view bytes)>;

  static core::Result<std::shared_ptr<Tty>> open(loop::Loop& loop, platform::TtySize size);

  const std::string& path() const { return pair_.path; }
  const platform::Descriptor& slave() const { return pair_.slave; }
  core::Result<void> resize(platform::TtySize size);

  /// Output goes to `taker` as it comes. It may not destroy the Tty.
  void give_output_to(Taker taker) { taker_ = std::move(taker); }

  /// Gives the taker all that was written until now and then no more; puts back the modes that the
  /// terminal began with. The kernel passes output on in its own time, so this may wait: for
  /// microseconds as a rule, 100 ms at most.
  void settle();

  /// Types. False if too much waits to be read already (see InputFeed).
  bool type(std::string_view bytes);
  /// Types what ends the input of a program that reads lines.
  void type_end_of_input();

 private:
  Tty(loop::Loop& loop, platform::TtyPair pair, platform::Descriptor typing);
  bool read_some();
  void pass_on(std::string_view bytes);

  platform::TtyPair pair_;
  std::string modes_;
  InputFeed input_;
  bool at_line_start_ = true;  // as far as what was typed goes
  Taker taker_;
  std::string mark_;      // settle() looks for it in the output; empty = does not
  std::string withheld_;  // output that may be the beginning of the mark
  loop::Poller poller_;
};

}  // namespace berth::host
