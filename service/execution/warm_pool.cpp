#include "service/execution/warm_pool.h"

#include <utility>

#include "service/runtime/log.h"

namespace berth::execution {
namespace {

/// Who has just been given a terminal wants the processor first.
constexpr core::Milliseconds kRefillPause{20};
/// After one that could not be started or did not last.
constexpr core::Milliseconds kPauseAfterFailure{30'000};
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
          return refill_later(kPauseAfterFailure);
        }
        terminals::HostSettings settings = defaults_.host_settings(shell, environment);
        settings.orphan_limit = kUnusedOrphanLimit;
        TerminalOwner& self = *this;
        entry->second.terminal =
            std::make_unique<terminals::Terminal>(services_.loop, services_.launcher, self, id);
        entry->second.terminal->launch(settings);
      });
}

void WarmPool::on_terminal_ready(terminals::Terminal& terminal, const core::JobId& /*running*/) {
  give_output_files(terminal.id());
}

void WarmPool::give_output_files(const core::HostId& id) {
  services_.workers.run<jobs::Spool::Files>([this, id] { return services_.spool.renew(id); },
                                            [this, id](core::Result<jobs::Spool::Files> files) {
                                              const auto entry = entries_.find(id);
                                              if (entry == entries_.end()) return;
                                              if (!files) {
                                                entry->second.terminal->end(core::StopMode::kill);
                                                return discard(id, files.error());
                                              }
                                              entry->second.terminal->output(
                                                  std::move(files->standard_output),
                                                  std::move(files->standard_error));
                                              entry->second.ready = true;
                                            });
}

// --- Handing out ---

WarmPool::Entry* WarmPool::find_ready(const std::string& shell) {
  for (auto& [id, entry] : entries_) {
    if (entry.ready && !entry.taken && entry.host.shell == shell) return &entry;
  }
  return nullptr;
}

void WarmPool::take(const std::string& shell, terminals::Preparation preparation, Taken taken) {
  Entry* entry = find_ready(shell);
  if (entry == nullptr) return taken(std::nullopt);
  entry->taken = std::move(taken);
  preparation.orphan_limit = defaults_.orphan_limit;
  const core::HostId id = entry->host.id;
  entry->terminal->prepare(preparation,
                           [this, id](const core::Result<void>& result) { prepared(id, result); });
  entry->deadline = std::make_unique<loop::Timer>(services_.loop);
  entry->deadline->start(defaults_.start_timeout, [this, id] {
    prepared(id, core::fail(core::ErrorCode::terminal_failed, "the shell does not answer"));
  });
  refill_later(kRefillPause);
}

void WarmPool::prepared(const core::HostId& id, const core::Result<void>& result) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  if (!result) {
    found->second.terminal->end(core::StopMode::kill);
    return discard(id, result.error());
  }
  Entry entry = std::move(found->second);
  entries_.erase(found);
  entry.taken(WarmTerminal{std::move(entry.host), std::move(entry.terminal)});
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
  if (!entry->taken) {
    runtime::log_warning("execution", "a terminal started in advance is lost")
        .with("host_id", id)
        .with("reason", why.message);
    refill_later(kPauseAfterFailure);
  }
  services_.loop.defer([entry] {});  // its callback, from which we may come, has to return first
  if (entry->taken) entry->taken(std::nullopt);
}

}  // namespace berth::execution
