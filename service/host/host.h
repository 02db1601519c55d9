#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/host/journal_writer.h"
#include "service/host/terminal.h"
#include "service/hostproto/messages.h"
#include "service/loop/descriptor_stream.h"
#include "service/loop/loop.h"
#include "service/loop/poller.h"
#include "service/loop/timer.h"

namespace berth::host {

/// The whole of berth-host: one terminal, its journal, and the link to a service, which may go and
/// come back. Loop thread.
class Host final : private Terminal::Events {
 public:
  /// `link` is the connected socket of the first service; stops `loop` when the host is over.
  Host(loop::Loop& loop, platform::Descriptor link, platform::Descriptor child_ends);
  ~Host() override;

 private:
  /// One connection to a service. The newest wins: a service that comes back has given up the last.
  struct Link {
    loop::DescriptorStream stream;
    hostproto::RecordReader reader;
    std::deque<platform::Descriptor> descriptors;  // arrived, not yet claimed by their message
    std::string soon;                              // to be sent with the next message
    Link(loop::Loop& loop, platform::Descriptor socket) : stream(loop, std::move(socket)) {}
  };

  // Terminal::Events
  void on_ready(const hostproto::Ready& ready) override;
  void on_prepared(const hostproto::Prepared& prepared) override;
  void on_started(const hostproto::Started& started) override;
  void on_progress(const hostproto::Progress& progress) override;
  void on_finished(hostproto::Finished finished) override;
  void on_over(const std::string& reason) override;

  void open_link(platform::Descriptor socket);
  void close_link();
  void accept_links();
  void received(std::string_view bytes, std::vector<platform::Descriptor> descriptors);
  void handle(hostproto::Message& message, std::vector<platform::Descriptor> descriptors);
  void send(const hostproto::Message& message);
  void send_soon(const hostproto::Message& message);

  void configure(const hostproto::Configure& configure,
                 std::vector<platform::Descriptor> descriptors);
  void run(hostproto::Run run);
  void resume(std::int64_t after_seq);
  void watch_for_orphanhood();
  void collect_children();
  void end(core::Error why);
  void leave();

  loop::Loop& loop_;
  platform::Descriptor child_ends_;
  loop::Poller child_poller_;
  std::unique_ptr<Link> link_;
  platform::Descriptor listening_;
  std::optional<loop::Poller> listening_poller_;
  std::optional<JournalWriter> journal_;
  std::unique_ptr<Terminal> terminal_;
  std::shared_ptr<OutputFiles> output_;  // of the next command
  std::optional<hostproto::Ready> ready_;
  core::Milliseconds orphan_limit_{0};
  core::Milliseconds prepared_orphan_limit_{0};
  core::JobId secret_job_;  // the output of which is not written down
  loop::Timer orphan_timer_;
  loop::Timer soon_timer_;
  loop::Timer leave_timer_;
  int leave_ticks_ = 0;
  bool over_ = false;
};

}  // namespace berth::host
