#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "service/bridge/backoff.h"
#include "service/bridge/client_input.h"
#include "service/bridge/link_session.h"
#include "service/bridge/rpc_id_finder.h"
#include "service/client/discovery.h"
#include "service/client/link_dialer.h"
#include "service/client/service_starter.h"
#include "service/loop/loop.h"
#include "service/loop/stream.h"
#include "service/loop/timer.h"
#include "service/net/line_reader.h"
#include "service/net/link_frame.h"

namespace berth::bridge {

struct BridgeOptions {
  client::Search search;
  std::string upstream;  ///< `--server`: that upstream alone; empty = everything
  bool autostart = true;
  bool verbose = false;         ///< says on stderr what it does
  std::string service_program;  ///< what autostart runs
};

/// stdio on one side, the bridge link on the other, a LinkSession between them. stdout carries MCP
/// messages and nothing else. Runs until stdin closes; then it stops the loop once the requests it
/// has read are answered, at the latest after kFarewell (bridge.cpp). Loop thread.
class Bridge {
 public:
  Bridge(loop::Loop& loop, BridgeOptions options);
  ~Bridge();

 private:
  // The client's side.
  bool take_lines();
  void input_closed();
  void leave_when_done();
  void leave();
  void hasten();

  // The link's side.
  void schedule_dial(std::chrono::milliseconds pause);
  void dial();
  void dialled(core::Result<client::OpenLink> link);
  void no_service(const core::Error& error);
  bool may_start() const;
  bool start_is_due() const;
  void could_not_start(const core::Error& error);
  void listen_to_link();
  void link_received(std::string_view bytes);
  void link_broken(std::string_view why);
  void watch_link();

  // Between them.
  void pump();
  void write_to_client();
  void write_to_service();
  void send(std::string frames);
  void set_valves();
  void arm_expiry();
  void log(std::string_view text) const;
  static void warn(std::string_view text);

  loop::Loop& loop_;
  BridgeOptions options_;
  LinkSession session_;
  std::unique_ptr<loop::Stream> output_;
  net::LineReader lines_{net::kMaxLinkMessage};
  RpcIdFinder long_message_;
  std::unique_ptr<ClientInput> input_;

  client::ServiceStarter starter_;
  std::unique_ptr<client::LinkDialer> dialer_;
  std::unique_ptr<loop::Stream> link_;
  net::LinkDecoder decoder_;
  Backoff backoff_;
  loop::Timer redial_;
  loop::Timer link_watch_;
  loop::Timer expiry_;
  loop::Timer acknowledgement_;
  loop::Timer farewell_;
  core::Instant redial_at_;
  core::Instant link_opened_at_;
  core::Instant last_heard_;
  core::Instant absent_since_;  ///< no service answered since then
  bool ever_linked_ = false;
  std::chrono::milliseconds restart_grace_{};  ///< for the service that was last linked to
  std::optional<core::Instant> input_closed_at_;
  bool left_ = false;
  bool link_paused_ = false;  ///< the client does not take its output
  std::uint64_t pings_ = 0;
  std::string trouble_ = "none was found";  ///< why there is no link, for the client
};

}  // namespace berth::bridge
