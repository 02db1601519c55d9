#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "service/loop/listener.h"
#include "service/loop/loop.h"
#include "service/loop/stream.h"
#include "service/net/link_frame.h"

namespace berth::bridge {

/// The service's side of the bridge link as a test scripts it: it keeps what a real one would
/// (last number received per epoch) and does everything else on demand.
class LinkServer {
 public:
  struct Received {
    std::uint64_t number = 0;
    std::string json;
  };

  /// Listens on `berth.sock` in `runtime_dir` and writes `endpoint.json` there, with who started it
  /// unless that was its operator.
  LinkServer(loop::Loop& loop, const std::string& runtime_dir, const std::string& started_by = {});

  /// What each new message does; after it was recorded in messages().
  std::function<void(const Received&)> on_message;

  void say(const std::string& json);
  void write_raw(std::string bytes);
  void break_link();
  void goodbye(const std::string& reason, bool reconnect);
  /// As after a restart: another epoch, nothing remembered.
  void restart(const std::string& epoch);
  void stop_listening() { listener_.reset(); }
  void listen();
  void stop_reading();
  void resume_reading();

  bool linked() const { return linked_; }
  int links() const { return links_; }  ///< opened so far
  const std::vector<std::string>& requests() const { return requests_; }
  const std::vector<net::LinkHello>& hellos() const { return hellos_; }
  const std::vector<Received>& messages() const { return messages_; }
  std::vector<std::string> goodbyes;

  /// Sent instead of 101, if not empty.
  std::string refusal;
  /// Whether acknowledgements are sent.
  bool acknowledges = true;

 private:
  void accepted(std::unique_ptr<loop::Stream> stream);
  void received(std::string_view bytes);
  void take(const net::LinkFrame& frame);
  void say_hello(const net::LinkHello& theirs);

  loop::Loop& loop_;
  std::string runtime_dir_;
  std::unique_ptr<loop::Listener> listener_;
  std::unique_ptr<loop::Stream> stream_;
  net::LinkDecoder decoder_;
  std::string head_;
  bool upgraded_ = false;
  bool linked_ = false;
  int links_ = 0;
  std::string epoch_ = "e1";
  bool remembers_ = false;
  std::uint64_t last_received_ = 0;
  std::uint64_t sent_ = 0;
  std::vector<std::pair<std::uint64_t, std::string>> unacknowledged_;
  std::vector<std::string> requests_;
  std::vector<net::LinkHello> hellos_;
  std::vector<Received> messages_;
};

}  // namespace berth::bridge
