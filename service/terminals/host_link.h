#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/core/error.h"
#include "service/core/ids.h"
#include "service/core/job.h"
#include "service/hostproto/messages.h"
#include "service/loop/descriptor_stream.h"
#include "service/loop/loop.h"
#include "service/platform/descriptor.h"

namespace berth::terminals {

/// What a host says, in its order. Core loop. A callback may destroy the link; no callback comes
/// after that.
class HostEvents {
 public:
  virtual ~HostEvents() = default;
  /// A shell waits for commands. Comes again (`restarted`) when a new one had to be started.
  virtual void on_ready(const hostproto::Ready& ready) = 0;
  virtual void on_prepared(const hostproto::Prepared& prepared) = 0;
  virtual void on_accepted(const hostproto::Accepted& accepted) = 0;
  virtual void on_started(const hostproto::Started& started) = 0;
  virtual void on_progress(const hostproto::Progress& progress) = 0;
  /// Movable: the inline output may be taken.
  virtual void on_finished(hostproto::Finished& finished) = 0;
  virtual void on_rejected(const hostproto::Rejected& rejected) = 0;
  /// After an attach: everything missed has been told.
  virtual void on_resumed(const hostproto::Running& running) = 0;
  virtual void on_shell_ended(const hostproto::ShellEnded& ended) = 0;
  virtual void on_input_taken(const hostproto::InputTaken& taken) = 0;
  /// The link broke: the host ended, or took a newer link. Last callback. What its journal still
  /// has is in HostLauncher::read_journal.
  virtual void on_gone(const core::Error& reason) = 0;
};

/// The service's side of the link to one host. Core loop. Destroying it leaves the host running.
class HostLink {
 public:
  /// `events` must outlive the link.
  HostLink(loop::Loop& loop, core::HostId id, platform::Descriptor socket, HostEvents& events);
  ~HostLink();
  HostLink(const HostLink&) = delete;
  HostLink& operator=(const HostLink&) = delete;

  const core::HostId& id() const { return id_; }

  /// Empty files open for writing, for the commands from now on; they are closed here once sent.
  void output(platform::Descriptor standard_output, platform::Descriptor standard_error);
  void run(const hostproto::Run& run);
  void prepare(const hostproto::Prepare& prepare);
  void interrupt(const core::JobId& job, core::StopMode how);  ///< empty = whatever runs
  void input(const hostproto::Input& input);
  void resize(const hostproto::Resize& size);
  void trim(std::int64_t up_to_seq);
  void end(core::StopMode mode);
  /// Bytes not yet taken by the host; bounded by the caller.
  std::size_t pending_bytes() const { return stream_.pending_bytes(); }

 private:
  friend class HostLauncher;
  void send(const hostproto::Message& message, std::vector<platform::Descriptor> descriptors = {});
  void received(std::string_view bytes);
  void dispatch(hostproto::Message& message);
  void gone(core::Error reason);

  core::HostId id_;
  HostEvents& events_;
  loop::DescriptorStream stream_;
  hostproto::RecordReader reader_;
  bool gone_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace berth::terminals
