#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api/control/command_set.h"
#include "service/core/event_feed.h"
#include "service/loop/stream.h"
#include "service/net/line_reader.h"

namespace berth::control {

/// One operator's connection: a line, a command; its answers come in the order of the commands. The
/// next command is begun once the last is answered and the answer is taken, so that a connection
/// holds one line and one answer. Core loop.
class ControlConnection : public std::enable_shared_from_this<ControlConnection> {
 public:
  static constexpr std::size_t kMaxLineBytes = 65'536;

  /// `commands` and `feeds` must outlive it.
  ControlConnection(std::unique_ptr<loop::Stream> stream, core::Caller caller,
                    const CommandSet& commands, core::EventFeeds& feeds);

  /// `closed` is called once.
  void start(std::function<void(const std::string& why)> closed);
  /// At once; no answer is waited for.
  void close(const std::string& why);

 private:
  class LineCall;

  void read();
  void take_lines();
  void take_line(const net::LineReader::Line& line);
  void answered(std::string line);
  void follow(core::EventSubscription subscription, std::string answer);
  void take_events(std::string lines);
  void drained();

  std::unique_ptr<loop::Stream> stream_;
  const core::Caller caller_;
  const CommandSet& commands_;
  core::EventFeeds& feeds_;
  net::LineReader lines_{kMaxLineBytes};
  bool reading_ = false;
  bool input_ended_ = false;
  bool taking_ = false;  // take_lines() is at work
  bool busy_ = false;    // a command is not answered
  std::unique_ptr<core::EventFeed> feed_;
  bool feed_waits_ = false;  // until what it gave is taken
  std::function<void(const std::string&)> closed_;
};

}  // namespace berth::control
