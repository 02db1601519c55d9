#include "service/platform/limits.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "service/platform/posix/errno_error.h"
#include "service/platform/posix/open_files.h"
#include "service/platform/posix/proc.h"

namespace berth::platform {
namespace {

/// A process that passes the soft limit of CPU time is told by a signal first.
constexpr rlim_t kGraceSeconds = 5;

core::Result<void> lower(int pid, __rlimit_resource resource, rlim_t soft, rlim_t grace) {
  rlimit limit{};
  if (prlimit(pid, resource, nullptr, &limit) != 0) {
    return core::fail(errno_error("reading", "a limit"));
  }
  limit.rlim_max = std::min(limit.rlim_max, soft + grace);
  limit.rlim_cur = std::min({limit.rlim_cur, limit.rlim_max, soft});
  if (prlimit(pid, resource, &limit, nullptr) != 0) {
    return core::fail(errno_error("setting", "a limit"));
  }
  return {};
}

}  // namespace

core::Result<void> limit_process(int pid, const ProcessLimits& limits) {
  core::Result<void> set;
  if (limits.processes > 0) {
    set = lower(pid, RLIMIT_NPROC, static_cast<rlim_t>(limits.processes), 0);
  }
  // Not RLIMIT_AS: programs with garbage collection reserve far more than they use.
  if (set && limits.memory_bytes > 0) {
    set = lower(pid, RLIMIT_DATA, static_cast<rlim_t>(limits.memory_bytes), 0);
  }
  if (set && limits.cpu_time.count() > 0) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(limits.cpu_time).count();
    set = lower(pid, RLIMIT_CPU, static_cast<rlim_t>(seconds), kGraceSeconds);
  }
  return set;
}

namespace {

std::optional<rlim_t> open_files_before;  // set once, before there is another thread

}  // namespace

void raise_open_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  const rlim_t before = std::exchange(limit.rlim_cur, limit.rlim_max);
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0) open_files_before = before;
}

void restore_open_files(int pid) {
  if (!open_files_before) return;
  rlimit limit{};
  if (prlimit(pid, RLIMIT_NOFILE, nullptr, &limit) != 0) return;  // it has ended
  limit.rlim_cur = std::min(*open_files_before, limit.rlim_max);
  prlimit(pid, RLIMIT_NOFILE, &limit, nullptr);
}

std::int64_t count_limited_processes() {
  if (getuid() == 0) return 0;
  std::int64_t count = 0;
  for (const int pid : process_ids()) {
    // A folder has a link to it from each folder in it, beside its name and its own dot.
    constexpr nlink_t kOwnLinks = 2;
    struct stat status {};
    const std::string tasks = fmt::format("/proc/{}/task", pid);
    if (stat(tasks.c_str(), &status) != 0 || status.st_uid != getuid()) continue;
    count += static_cast<std::int64_t>(std::max(status.st_nlink, kOwnLinks) - kOwnLinks);
  }
  return std::max<std::int64_t>(count, 1);
}

std::string_view limits_scope() {
  return "processes: all of the user; memory and CPU time: each process";
}

}  // namespace berth::platform
