#include "service/platform/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "service/platform/files.h"
#include "service/platform/posix/errno_error.h"
#include "service/platform/posix/proc.h"

namespace berth::platform {

void become_subreaper() {
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

void forbid_inspection() {
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int current_process() {
  return getpid();
}

std::string boot_id() {
  constexpr std::size_t kMaxBytes = 64;
  auto id = read_file("/proc/sys/kernel/random/boot_id", kMaxBytes).value_or("");  // random(4)
  while (id.ends_with('\n')) id.pop_back();
  return id;
}

Descriptor open_pidfd(int pid) {
  return Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

namespace {

constexpr int kParentField = 4;  // proc(5), counted from 1
constexpr int kStartField = 22;

/// A numeric field of /proc/PID/stat; nothing if the process is gone. The name in it may hold
/// anything, so fields are counted from the last parenthesis.
std::optional<std::uint64_t> stat_field(int pid, int field) {
  // Read for every process of the machine while a command is being stopped.
  std::array<char, 1024> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  const Descriptor file(open(fmt::format("/proc/{}/stat", pid).c_str(), O_RDONLY | O_CLOEXEC));
  const ssize_t length = file ? read(file.get(), buffer.data(), buffer.size()) : -1;
  if (length <= 0) return std::nullopt;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(length));
  std::size_t at = text.rfind(')');
  for (int i = 2; i < field && at != std::string_view::npos; ++i) at = text.find(' ', at + 1);
  if (at == std::string_view::npos) return std::nullopt;
  std::uint64_t value = 0;
  std::from_chars(text.data() + at + 1, text.data() + text.size(), value);
  return value;
}

int parent_of(int pid) {
  return static_cast<int>(stat_field(pid, kParentField).value_or(0));
}

int to_pid(std::string_view name) {
  int pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  return error == std::errc() && end == name.data() + name.size() ? pid : 0;
}

int number_of(KillSignal signal) {
  switch (signal) {
    case KillSignal::interrupt:
      return SIGINT;
    case KillSignal::terminate:
      return SIGTERM;
    case KillSignal::kill:
      return SIGKILL;
    case KillSignal::stop:
      return SIGSTOP;
    case KillSignal::resume:
      return SIGCONT;
    case KillSignal::unwind:
      return SIGPWR;
    case KillSignal::unwind_hard:
      return SIGVTALRM;
  }
  return SIGKILL;
}

}  // namespace

std::vector<int> children(int pid) {
  const auto text = read_file(fmt::format("/proc/{0}/task/{0}/children", pid), 1U << 20U);
  std::vector<int> found;
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  while (!rest.empty()) {
    const std::string_view name = rest.substr(0, rest.find(' '));
    if (const int child = to_pid(name); child > 0) found.push_back(child);
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
  }
  return found;
}

std::vector<int> process_ids() {
  std::vector<int> found;
  DIR* folder = opendir("/proc");
  if (folder == nullptr) return found;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): this DIR is used by this call only
  while (const dirent* entry = readdir(folder)) {
    if (const int pid = to_pid(entry->d_name); pid > 0) found.push_back(pid);
  }
  closedir(folder);
  return found;
}

std::vector<int> descendants(int root) {
  std::unordered_multimap<int, int> children;
  for (const int pid : process_ids()) children.emplace(parent_of(pid), pid);
  std::vector<int> found{root};
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto [first, last] = children.equal_range(found[i]);
    for (auto child = first; child != last; ++child) found.push_back(child->second);
  }
  found.erase(found.begin());
  return found;
}

void send_signal(const std::vector<int>& pids, KillSignal signal) {
  for (int pid : pids) {
    if (pid > 1) kill(pid, number_of(signal));
  }
}

std::size_t kill_all(const std::function<std::vector<int>()>& find) {
  constexpr int kMaxLooks = 50;
  std::unordered_set<int> killed;
  for (int look = 0; look < kMaxLooks; ++look) {
    const std::vector<int> found = find();
    const std::size_t before = killed.size();
    killed.insert(found.begin(), found.end());
    if (killed.size() == before) break;
    send_signal(found, KillSignal::kill);
  }
  return killed.size();
}

void send_signal_to_group(int group, KillSignal signal) {
  if (group > 1) kill(-group, number_of(signal));
}

bool handles_signal(int pid, KillSignal signal) {
  constexpr std::size_t kMaxStatus = 16'384;
  const auto status = read_file(fmt::format("/proc/{}/status", pid), kMaxStatus);
  constexpr std::string_view kCaught = "\nSigCgt:\t";  // a mask in hex; see proc(5)
  const std::size_t at = status ? status->find(kCaught) : std::string::npos;
  if (at == std::string::npos) return false;
  const auto mask = std::strtoull(status->c_str() + at + kCaught.size(), nullptr, 16);
  return ((mask >> (number_of(signal) - 1)) & 1U) != 0;
}

void reap_orphans(const std::vector<int>& except) {
  const auto has_owner = [&](int pid) { return std::ranges::find(except, pid) != except.end(); };
  for (;;) {
    siginfo_t info{};
    // Looked at first without collecting: a child with an owner is left to its owner.
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
    if (has_owner(info.si_pid)) break;
    waitpid(info.si_pid, nullptr, WNOHANG);
  }
  // That one stands before all others that have ended until its owner has come.
  for (const int pid : children(getpid())) {
    if (!has_owner(pid)) waitpid(pid, nullptr, WNOHANG);
  }
}

void ignore_broken_pipes() {
  signal(SIGPIPE, SIG_IGN);
}

core::Result<Descriptor> child_end_notifier() {
  sigset_t child_ended;
  sigemptyset(&child_ended);
  sigaddset(&child_ended, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child_ended, nullptr);  // spawn() gives children an empty mask
  Descriptor notifier(signalfd(-1, &child_ended, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!notifier) return core::fail(errno_error("watching for ended children"));
  return notifier;
}

void acknowledge_child_end(int notifier) {
  signalfd_siginfo info{};
  while (read(notifier, &info, sizeof info) > 0) {
  }
}

std::optional<std::string> environment_of(int pid, std::string_view name) {
  const auto block = read_file(fmt::format("/proc/{}/environ", pid), 4U << 20U);
  if (!block) return std::nullopt;
  std::string_view rest = *block;
  while (!rest.empty()) {
    const std::string_view entry = rest.substr(0, rest.find('\0'));
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=') {
      return std::string(entry.substr(name.size() + 1));
    }
    rest.remove_prefix(std::min(entry.size() + 1, rest.size()));
  }
  return std::nullopt;
}

std::vector<int> processes_with(std::string_view name, std::string_view value) {
  std::vector<int> found;
  for (const int pid : process_ids()) {
    if (environment_of(pid, name) == value) found.push_back(pid);
  }
  return found;
}

std::uint64_t process_clock() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  const auto ticks = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  return static_cast<std::uint64_t>(now.tv_sec) * ticks +
         static_cast<std::uint64_t>(now.tv_nsec) * ticks / 1'000'000'000U;
}

std::optional<std::uint64_t> start_of(int pid) {
  return stat_field(pid, kStartField);
}

void block_termination_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (int number : {SIGINT, SIGTERM, SIGQUIT}) sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

bool termination_was_requested() {
  sigset_t kept;
  sigemptyset(&kept);
  for (const int number : {SIGINT, SIGTERM, SIGQUIT}) sigaddset(&kept, number);
  const timespec at_once{};
  return sigtimedwait(&kept, nullptr, &at_once) > 0;
}

void arm_alarm(unsigned seconds) {
  alarm(seconds);
}

std::uint64_t resident_bytes() {
  const auto text = read_file("/proc/self/statm", 4096);
  if (!text) return 0;
  const std::size_t space = text->find(' ');
  std::uint64_t pages = 0;
  std::from_chars(text->data() + space + 1, text->data() + text->size(), pages);
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace berth::platform
