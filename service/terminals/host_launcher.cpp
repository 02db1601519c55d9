#include "service/terminals/host_launcher.h"

#include <utility>

#include "service/loop/poller.h"
#include "service/platform/files.h"
#include "service/platform/paths.h"
#include "service/platform/process.h"
#include "service/platform/spawn.h"

namespace berth::terminals {
namespace {

constexpr int kLinkDescriptor = 3;  // where berth-host expects its first link

/// The host's own environment. The service's settings and tokens (BERTH_…) are none of its
/// business; the shell's environment is HostSettings::env alone.
std::vector<std::string> host_environment() {
  std::vector<std::string> environment = platform::current_environment();
  std::erase_if(environment, [](const std::string& entry) { return entry.starts_with("BERTH_"); });
  return environment;
}

}  // namespace

struct HostLauncher::Process {
  platform::Child child;
  loop::Poller poller;

  Process(loop::Loop& loop, platform::Child started)
      : child(std::move(started)), poller(loop, child.pidfd.get()) {}
};

HostLauncher::HostLauncher(loop::Loop& loop, std::string data_dir, std::string host_program)
    : loop_(loop), data_dir_(std::move(data_dir)), host_program_(std::move(host_program)) {}

HostLauncher::~HostLauncher() = default;

std::string HostLauncher::default_host_program() {
  return platform::program_folder() + "/berth-host";
}

std::string HostLauncher::folder(const core::HostId& id) const {
  return data_dir_ + "/hosts/" + id.str();
}

core::Result<std::unique_ptr<HostLink>> HostLauncher::launch(const core::HostId& id,
                                                             const HostSettings& settings,
                                                             HostEvents& events) {
  if (auto made = platform::make_private_folder(folder(id)); !made) {
    return core::fail(made.error());
  }
  auto link = start(id, settings, events);
  if (!link) forget(id);
  return link;
}

core::Result<std::unique_ptr<HostLink>> HostLauncher::start(const core::HostId& id,
                                                            const HostSettings& settings,
                                                            HostEvents& events) {
  auto listening = platform::listen_local(folder(id) + "/host.sock");
  if (!listening) return core::fail(listening.error());
  auto journal = platform::create_file(folder(id) + "/journal");
  if (!journal) return core::fail(journal.error());
  auto socket = start_process();
  if (!socket) return core::fail(socket.error());

  auto link = std::make_unique<HostLink>(loop_, id, std::move(*socket), events);
  std::vector<platform::Descriptor> descriptors;
  descriptors.push_back(std::move(*listening));
  descriptors.push_back(std::move(*journal));
  link->send(hostproto::Configure{.host_id = id,
                                  .shell = settings.shell,
                                  .program = settings.program,
                                  .cwd = settings.cwd,
                                  .env = settings.env,
                                  .orphan_limit = settings.orphan_limit,
                                  .tty = settings.tty,
                                  .rows = settings.rows,
                                  .cols = settings.cols,
                                  .more_processes = settings.limits.processes,
                                  .max_memory_bytes = settings.limits.memory_bytes,
                                  .max_cpu_time = settings.limits.cpu_time,
                                  .spare = settings.spare},
             std::move(descriptors));
  return link;
}

core::Result<platform::Descriptor> HostLauncher::start_process() {
  auto ends = platform::socket_pair();
  if (!ends) return core::fail(ends.error());
  platform::SpawnOptions options;
  options.program = host_program_;
  options.environment = host_environment();
  options.directory = "/";  // a host must not keep a file system busy
  options.descriptors = {{ends->second.get(), kLinkDescriptor}};
  auto child = platform::spawn(options);
  if (!child) return core::fail(child.error());

  const int pid = child->pid;
  auto process = std::make_unique<Process>(loop_, std::move(*child));
  process->poller.watch(true, false, [this, pid](bool, bool) {
    // Collected by the owner, whoever still has a link: a host is not left behind as a zombie.
    if (platform::reap(pid)) processes_.erase(pid);
  });
  processes_.emplace(pid, std::move(process));
  return std::move(ends->first);
}

core::Result<std::unique_ptr<HostLink>> HostLauncher::attach(const core::HostId& id,
                                                             std::int64_t after_seq,
                                                             HostEvents& events) {
  auto socket = platform::connect_local(folder(id) + "/host.sock");
  if (!socket) {
    return core::fail(core::ErrorCode::not_found, "its host (a berth-host process) is gone");
  }
  auto link = std::make_unique<HostLink>(loop_, id, std::move(*socket), events);
  link->send(hostproto::Resume{after_seq});
  return link;
}

core::Result<std::vector<hostproto::JournalEntry>> HostLauncher::read_journal(
    const core::HostId& id, std::int64_t after_seq) const {
  const auto bytes = platform::read_file(folder(id) + "/journal", hostproto::kMaxJournalBytes);
  if (!bytes) return core::fail(bytes.error());
  return hostproto::read_journal(*bytes, after_seq).entries;
}

core::Result<void> HostLauncher::forget(const core::HostId& id) {
  return platform::remove_folder(folder(id));
}

std::vector<core::HostId> HostLauncher::known_hosts() const {
  std::vector<core::HostId> hosts;
  for (const std::string& name : platform::folders_in(data_dir_ + "/hosts")) {
    if (const auto id = core::HostId::parse(name, "host_id")) hosts.push_back(*id);
  }
  return hosts;
}

std::size_t HostLauncher::end_orphans(const core::HostId& id) {
  return platform::kill_all([&id] {
    auto orphans = platform::processes_with(hostproto::kTerminalVariable, id.str());
    // A service that was started by hand in a terminal carries it too.
    std::erase(orphans, platform::current_process());
    return orphans;
  });
}

}  // namespace berth::terminals
