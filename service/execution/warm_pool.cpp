#include "service/execution/warm_pool.h"

#include <algorithm>
#include <utility>

#include "service/runtime/log.h"

namespace berth::execution {
namespace {

/// Who has just been given a terminal wants the processor first.
constexpr core::Milliseconds kRefillPause{20};
/// After one that could not be started or did not last; doubled each time.
constexpr core::Milliseconds kFirstPauseAfterFailure{5'000};
constexpr core::Milliseconds kLongestPauseAfterFailure{3'600'000};
/// Until it is handed out, a terminal whose service is gone is of no use to anyone.
constexpr core::Milliseconds kUnusedOrphanLimit{5'000};

}  // namespace

WarmPool::WarmPool(Services services, const TerminalDefaults& defaults,
                   LoginEnvironment& environment, PoolSettings settings)
    : services_(services),
      defaults_(defaults),
      environment_(environment),
      settings_(std::move(settings)),
      refill_timer_(services.loop) {}

WarmPool::~WarmPool() = default;

void WarmPool::start() {
  stopped_ = false;
  refill();
}

void WarmPool::stop() {
  stopped_ = true;
  refill_timer_.cancel();
  core::ChangeSet set;
  for (auto& [id, entry] : std::exchange(entries_, {})) {
    if (entry.terminal) entry.terminal->end(core::StopMode::kill);
    entry.host.ended_at = services_.clock.now();
    set.add(entry.host);
    static_cast<void>(services_.launcher.forget(id));  // two files; the next start looks again
  }
  if (!set.changes.empty()) services_.log.commit(std::move(set), nullptr);
}

std::size_t WarmPool::size() const {
  std::size_t ready = 0;
  for (const auto& [id, entry] : entries_) {
    if (entry.ready && !entry.taken) ++ready;
  }
  return ready;
}

// --- Filling ---

void WarmPool::refill_later(core::Milliseconds pause) {
  // While it fails, those that are taken must not make it try more often.
  pause = std::max(pause, failure_pause_);
  if (!stopped_ && !refill_timer_.active()) refill_timer_.start(pause, [this] { refill(); });
}

void WarmPool::refill() {
  environment_.when_known([this](const std::vector<std::string>& environment) {
    if (stopped_) return;
    for (const std::string& shell : settings_.shells) {
      std::size_t there = 0;
      for (const auto& [id, entry] : entries_) {
        if (entry.host.shell == shell && !entry.taken) ++there;
      }
      for (; there < settings_.warm; ++there) add(shell, environment);
    }
  });
}

void WarmPool::add(const std::string& shell, const std::vector<std::string>& environment) {
  core::HostRecord host;
  host.id = core::HostId::make();
  host.shell = shell;
  host.created_at = services_.clock.now();
  entries_[host.id].host = host;

  // Stored first, as for every host: a service that is killed now finds it.
  core::ChangeSet set;
  set.add(host);
  services_.log.commit(
      std::move(set), [this, id = host.id, shell, environment](const core::Result<void>& stored) {
        const auto entry = entries_.find(id);
        if (entry == entries_.end()) return;
        if (!stored) {
          entries_.erase(entry);
          return failed(id, stored.error());
        }
        terminals::HostSettings settings = defaults_.host_settings(shell, environment);
        settings.orphan_limit = kUnusedOrphanLimit;
        settings.spare = true;
        TerminalOwner& self = *this;
        entry->second.terminal =
            std::make_unique<terminals::Terminal>(services_.loop, services_.launcher, self, id);
        entry->second.terminal->launch(settings);
        limit_time(entry->second);
      });
}

void WarmPool::on_terminal_ready(terminals::Terminal& terminal, const core::JobId& /*running*/) {
  give_output_files(terminal.id());
}

void WarmPool::give_output_files(const core::HostId& id) {
  services_.workers.run<jobs::Spool::Files>([this, id] { return services_.spool.renew(id); },
                                            [this, id](core::Result<jobs::Spool::Files> files) {
                                              take_output_files(id, std::move(files));
                                            });
}

void WarmPool::take_output_files(const core::HostId& id, core::Result<jobs::Spool::Files> files) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  if (!files) {
    entry.terminal->end(core::StopMode::kill);
    return discard(id, files.error());
  }
  entry.terminal->output(std::move(files->standard_output), std::move(files->standard_error));
  entry.ready = true;
  entry.deadline.reset();
  failure_pause_ = core::Milliseconds(0);
}

// --- Handing out ---

WarmPool::Entry* WarmPool::find_ready(const std::string& shell) {
  for (auto& [id, entry] : entries_) {
    if (entry.ready && !entry.taken && entry.host.shell == shell) return &entry;
  }
  return nullptr;
}

void WarmPool::take(const std::string& shell, const std::string& cwd, Taken taken) {
  Entry* entry = find_ready(shell);
  if (entry == nullptr) return taken(std::optional<WarmTerminal>());
  entry->taken = std::move(taken);
  const core::HostId id = entry->host.id;
  entry->terminal->prepare({.cwd = cwd, .orphan_limit = defaults_.orphan_limit},
                           [this, id](const core::Result<void>& result) { prepared(id, result); });
  limit_time(*entry);
  refill_later(kRefillPause);
}

void WarmPool::prepared(const core::HostId& id, const core::Result<void>& result) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  if (!result && result.error().code == core::ErrorCode::cwd_not_accessible) {
    // Nothing has been done to it: it serves the next one.
    found->second.deadline.reset();
    const Taken taken = std::exchange(found->second.taken, nullptr);
    return taken(core::fail(result.error()));
  }
  if (!result) {
    found->second.terminal->end(core::StopMode::kill);
    return discard(id, result.error());
  }
  Entry entry = std::move(found->second);
  entries_.erase(found);
  entry.taken(std::optional(WarmTerminal{std::move(entry.host), std::move(entry.terminal)}));
}

void WarmPool::limit_time(Entry& entry) {
  entry.deadline = std::make_unique<loop::Timer>(services_.loop);
  entry.deadline->start(defaults_.start_timeout, [this, id = entry.host.id] {
    const auto late = entries_.find(id);
    if (late == entries_.end()) return;
    late->second.terminal->end(core::StopMode::kill);
    discard(id, {core::ErrorCode::terminal_failed, "the shell does not answer", {}, std::nullopt});
  });
}

void WarmPool::on_terminal_gone(terminals::Terminal& terminal, const core::Error& reason) {
  discard(terminal.id(), reason);
}

void WarmPool::discard(const core::HostId& id, const core::Error& why) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  const auto entry = std::make_shared<Entry>(std::move(found->second));
  entries_.erase(found);
  entry->host.ended_at = services_.clock.now();
  core::ChangeSet set;
  set.add(entry->host);
  services_.log.commit(std::move(set), [this, id](const core::Result<void>& stored) {
    if (!stored) return;  // kept: the next start looks at the folder again
    services_.workers.run<void>([this, id] { return services_.launcher.forget(id); },
                                [](core::Result<void>) {});
  });
  services_.loop.defer([entry] {});  // its callback, from which we may come, has to return first
  if (entry->taken) {
    entry->taken(std::optional<WarmTerminal>());
  } else {
    failed(id, why);
  }
}

void WarmPool::failed(const core::HostId& id, const core::Error& why) {
  const bool first = failure_pause_.count() == 0;
  failure_pause_ =
      first ? kFirstPauseAfterFailure : std::min(2 * failure_pause_, kLongestPauseAfterFailure);
  if (first) {
    runtime::log_warning("execution", "a terminal started in advance is lost")
        .with("host_id", id)
        .with("reason", why.message);
  }
  refill_later(failure_pause_);
}

}  // namespace berth::execution
