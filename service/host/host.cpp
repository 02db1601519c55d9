#include "service/host/host.h"

#include <utility>
#include <variant>

#include "service/platform/process.h"

namespace berth::host {
namespace {

/// A service that does not read is as good as gone; what it misses is in the journal.
constexpr std::size_t kMaxPendingBytes = std::size_t{16} << 20U;
constexpr std::size_t kMaxUnclaimedDescriptors = 32;
constexpr std::chrono::milliseconds kLeaveTick{10};
constexpr int kMaxLeaveTicks = 100;
constexpr std::chrono::milliseconds kSoon{5};

}  // namespace

Host::Host(loop::Loop& loop, platform::Descriptor link, platform::Descriptor child_ends)
    : loop_(loop),
      child_ends_(std::move(child_ends)),
      child_poller_(loop, child_ends_.get()),
      orphan_timer_(loop),
      soon_timer_(loop),
      leave_timer_(loop) {
  child_poller_.watch(true, false, [this](bool, bool) { collect_children(); });
  open_link(std::move(link));
}

Host::~Host() = default;

// --- Links ---

void Host::open_link(platform::Descriptor socket) {
  link_ = std::make_unique<Link>(loop_, std::move(socket));
  orphan_timer_.cancel();
  link_->stream.start_reading(
      [this](std::string_view bytes, std::vector<platform::Descriptor> descriptors) {
        received(bytes, std::move(descriptors));
      },
      [this](const std::optional<core::Error>&) { close_link(); });
}

void Host::close_link() {
  link_.reset();
  if (!terminal_) {
    loop_.stop();  // nobody has told what to be, or it is over and told to nobody
    return;
  }
  watch_for_orphanhood();
}

void Host::accept_links() {
  while (auto socket = platform::accept_local(listening_.get())) {
    if (!*socket) return;
    open_link(std::move(**socket));
  }
}

void Host::received(std::string_view bytes, std::vector<platform::Descriptor> descriptors) {
  Link* const link = link_.get();
  for (auto& descriptor : descriptors) link->descriptors.push_back(std::move(descriptor));
  link->reader.feed(bytes);
  while (link_.get() == link) {
    const auto record = link->reader.next();
    if (record && !*record) return;
    auto message =
        record ? hostproto::decode(**record)
               : core::Result<std::optional<hostproto::Message>>(core::fail(record.error()));
    if (!message || link->descriptors.size() > kMaxUnclaimedDescriptors) return close_link();
    if (!*message) continue;
    std::vector<platform::Descriptor> claimed;
    for (std::size_t i = hostproto::descriptor_count(**message); i > 0; --i) {
      if (link->descriptors.empty()) return close_link();
      claimed.push_back(std::move(link->descriptors.front()));
      link->descriptors.pop_front();
    }
    handle(**message, std::move(claimed));
  }
}

void Host::send(const hostproto::Message& message) {
  if (!link_) return;
  soon_timer_.cancel();
  link_->stream.write(std::exchange(link_->soon, {}) + hostproto::encode(message));
  if (link_->stream.pending_bytes() > kMaxPendingBytes) close_link();
}

/// What need not be known at once must not wake the service while a command is being started: most
/// commands have ended before this has waited.
void Host::send_soon(const hostproto::Message& message) {
  if (!link_) return;
  link_->soon += hostproto::encode(message);
  if (soon_timer_.active()) return;
  soon_timer_.start(kSoon, [this] {
    if (link_) link_->stream.write(std::exchange(link_->soon, {}));
  });
}

void Host::handle(hostproto::Message& message, std::vector<platform::Descriptor> descriptors) {
  using namespace hostproto;
  if (const auto* first = std::get_if<Configure>(&message)) {
    return configure(*first, std::move(descriptors));
  }
  if (std::holds_alternative<Ping>(message)) return send(Pong{});
  if (!journal_) return;  // not configured
  if (const auto* resumed = std::get_if<Resume>(&message)) return resume(resumed->after_seq);
  if (const auto* trim = std::get_if<Trim>(&message)) return journal_->trim(trim->up_to_seq);
  if (auto* command = std::get_if<Run>(&message)) {
    return run(std::move(*command));
  }
  if (std::holds_alternative<Output>(message)) {
    output_ = std::make_shared<OutputFiles>(
        OutputFiles{std::move(descriptors[0]), std::move(descriptors[1])});
    return;
  }
  if (!terminal_) return;
  if (auto* prepare = std::get_if<Prepare>(&message)) {
    prepared_orphan_limit_ = prepare->orphan_limit;
    return terminal_->prepare(std::move(*prepare));
  }
  if (const auto* stop = std::get_if<Interrupt>(&message)) {
    return terminal_->interrupt(stop->job_id, stop->how);
  }
  if (const auto* input = std::get_if<Input>(&message)) {
    const auto taken = terminal_->input(*input);
    return send(InputTaken{input->call, taken ? std::nullopt : std::optional(taken.error())});
  }
  if (const auto* size = std::get_if<Resize>(&message)) {
    return terminal_->resize(
        {.rows = static_cast<int>(size->rows), .cols = static_cast<int>(size->cols)});
  }
  if (const auto* end = std::get_if<End>(&message)) {
    return terminal_->end(end->mode, "the service ended the terminal");
  }
}

// --- What the service asks for ---

void Host::configure(const hostproto::Configure& configure,
                     std::vector<platform::Descriptor> descriptors) {
  if (journal_) return;
  listening_ = std::move(descriptors[0]);
  listening_poller_.emplace(loop_, listening_.get());
  listening_poller_->watch(true, false, [this](bool, bool) { accept_links(); });
  journal_.emplace(std::move(descriptors[1]));
  orphan_limit_ = configure.orphan_limit;
  auto terminal = Terminal::create(loop_, configure, *this);
  if (!terminal) return end(terminal.error());
  terminal_ = std::move(*terminal);
}

void Host::run(hostproto::Run run) {
  // Sent again after a lost link: it is never run again.
  if (const auto seq = journal_->accepted(run.job_id)) {
    send(hostproto::Accepted{*seq, run.job_id, run.context});
    for (const auto& entry : journal_->after(*seq)) {
      const auto* finished = std::get_if<hostproto::Finished>(&entry);
      if (finished != nullptr && finished->job_id == run.job_id) send(*finished);
    }
    return;
  }
  core::Result<void> runnable;
  if (over_) {
    runnable = core::fail(core::ErrorCode::terminal_failed, "the terminal is over");
  } else if (!output_) {
    runnable = core::fail(core::ErrorCode::internal, "the host has no files for the output");
  } else {
    runnable = terminal_->check(run);
  }
  core::Result<std::int64_t> seq = 0;
  if (runnable) {
    seq = journal_->append(hostproto::Accepted{0, run.job_id, run.context});
    if (!seq) runnable = core::fail(seq.error());
  }
  if (!runnable) return send(hostproto::Rejected{run.job_id, runnable.error()});
  send_soon(hostproto::Accepted{*seq, run.job_id, {}});
  secret_job_ = run.secret_output ? run.job_id : core::JobId();
  terminal_->run(std::move(run), output_);
}

void Host::resume(std::int64_t after_seq) {
  for (const auto& entry : journal_->after(after_seq)) {
    std::visit([this](const auto& e) { send(e); }, entry);
  }
  if (ready_) send(*ready_);
  if (terminal_) send(terminal_->running());
}

// --- What the terminal tells ---

void Host::on_ready(const hostproto::Ready& ready) {
  ready_ = ready;
  send(ready);
}

void Host::on_prepared(const hostproto::Prepared& prepared) {
  if (!prepared.error && prepared_orphan_limit_.count() > 0) orphan_limit_ = prepared_orphan_limit_;
  send(prepared);
}

void Host::on_started(const hostproto::Started& started) {
  send_soon(started);
}

void Host::on_progress(const hostproto::Progress& progress) {
  send(progress);
}

void Host::on_finished(hostproto::Finished finished) {
  const bool bare = (secret_job_ && finished.job_id == secret_job_) ||
                    finished.stdout_bytes + finished.stderr_bytes >
                        static_cast<std::int64_t>(hostproto::kMaxJournalOutputBytes);
  std::optional<std::string> out;
  std::optional<std::string> err;
  if (bare) out.swap(finished.stdout_inline), err.swap(finished.stderr_inline);
  // A journal that takes no more is no reason to keep the result from a service that listens.
  finished.seq = journal_->append(finished).value_or(0);
  if (bare) out.swap(finished.stdout_inline), err.swap(finished.stderr_inline);
  send(finished);
  if (!link_) watch_for_orphanhood();
}

void Host::on_over(const std::string& reason) {
  end({core::ErrorCode::terminal_failed, reason, {}, {}});
}

void Host::end(core::Error why) {
  over_ = true;
  hostproto::ShellEnded ended{0, std::move(why)};
  ended.seq = journal_->append(ended).value_or(0);
  send(ended);
  leave_timer_.start_repeating(kLeaveTick, [this] { leave(); });
}

// --- The end ---

void Host::watch_for_orphanhood() {
  if (!terminal_ || terminal_->busy() || over_) return;
  orphan_timer_.start(orphan_limit_, [this] {
    if (!link_ && !terminal_->busy()) {
      terminal_->end(core::StopMode::interrupt, "no service came back for the terminal");
    }
  });
}

void Host::collect_children() {
  platform::acknowledge_child_end(child_ends_.get());
  platform::reap_orphans({terminal_ ? terminal_->shell_pid() : 0});
}

/// The last words should reach a service that listens.
void Host::leave() {
  if (link_ && link_->stream.pending_bytes() > 0 && ++leave_ticks_ < kMaxLeaveTicks) return;
  leave_timer_.cancel();
  loop_.stop();
}

}  // namespace berth::host
