#include "service/platform/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "service/platform/posix/errno_error.h"
#include "service/platform/posix/open_files.h"
#include "service/platform/process.h"

extern char** environ;

namespace berth::platform {
namespace {

/// posix_spawn's two option objects, released together.
struct SpawnSetup {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};

  SpawnSetup() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

/// Places the child's descriptors. Sources are first copied above every target, so that no target
/// overwrites a source that is still needed.
void place_descriptors(SpawnSetup& setup, const SpawnOptions& options) {
  int highest = 2;
  for (const auto& [ours, theirs] : options.descriptors) {
    highest = std::max({highest, ours, theirs});
  }
  const int staging = highest + 1;
  int next = staging;
  for (const auto& [ours, theirs] : options.descriptors) {
    posix_spawn_file_actions_adddup2(&setup.actions, ours, next++);
  }
  next = staging;
  for (const auto& [ours, theirs] : options.descriptors) {
    posix_spawn_file_actions_adddup2(&setup.actions, next++, theirs);
  }
  if (!options.controlling_terminal.empty()) {
    // A session's leader gets the first terminal that it opens.
    posix_spawn_file_actions_addopen(&setup.actions, next, options.controlling_terminal.c_str(),
                                     O_RDWR, 0);
  }
  int last_target = 2;
  for (int standard = 0; standard <= 2; ++standard) {
    const bool named = std::ranges::any_of(
        options.descriptors, [&](const auto& entry) { return entry.second == standard; });
    if (!named) {
      posix_spawn_file_actions_addopen(&setup.actions, standard, "/dev/null",
                                       standard == 0 ? O_RDONLY : O_WRONLY, 0);
    }
  }
  for (const auto& entry : options.descriptors) last_target = std::max(last_target, entry.second);
  posix_spawn_file_actions_addclosefrom_np(&setup.actions, last_target + 1);
}

}  // namespace

core::Result<Child> spawn(const SpawnOptions& options) {
  SpawnSetup setup;
  place_descriptors(setup, options);
  if (!options.directory.empty()) {
    posix_spawn_file_actions_addchdir_np(&setup.actions, options.directory.c_str());
  }

  short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  if (options.new_session) flags |= POSIX_SPAWN_SETSID;
  posix_spawnattr_setflags(&setup.attributes, flags);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&setup.attributes, &none);
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_setsigdefault(&setup.attributes, &all);

  std::vector<std::string> arguments{options.program};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> envp = pointers(options.environment);
  Child child;
  const int error = posix_spawnp(&child.pid, options.program.c_str(), &setup.actions,
                                 &setup.attributes, argv.data(), envp.data());
  if (error != 0) {
    if (!options.directory.empty() && access(options.directory.c_str(), X_OK) != 0) {
      return core::fail(core::ErrorCode::cwd_not_accessible,
                        fmt::format("directory {} can't be entered: {}", options.directory,
                                    strerrordesc_np(errno)),
                        "cwd");
    }
    return core::fail(errno_error("starting", options.program, error));
  }
  restore_open_files(child.pid);
  child.pidfd = open_pidfd(child.pid);
  return child;
}

core::Result<ExitStatus> reap(int pid) {
  int status = 0;
  pid_t got = 0;
  do {
    got = waitpid(pid, &status, WNOHANG);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return core::fail(errno_error("collecting a child"));
  if (got == 0) return core::fail(core::ErrorCode::conflict, "the child still runs");
  ExitStatus exit;
  if (WIFSIGNALED(status)) {
    exit.signal = WTERMSIG(status);
  } else {
    exit.exit_code = WEXITSTATUS(status);
  }
  return exit;
}

std::string signal_name(int signal) {
  const char* name = sigabbrev_np(signal);
  return name == nullptr ? fmt::format("SIG{}", signal) : fmt::format("SIG{}", name);
}

std::vector<std::string> current_environment() {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) out.emplace_back(*entry);
  return out;
}

}  // namespace berth::platform
