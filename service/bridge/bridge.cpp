#include "service/bridge/bridge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <utility>

#include "service/core/ids.h"
#include "service/platform/descriptor.h"
#include "service/platform/paths.h"

namespace berth::bridge {
namespace {

using std::chrono::milliseconds;

constexpr int kStdout = 1;

/// Output the client has not taken, above which the service is not read any more.
constexpr std::size_t kMaxOutput = 1U << 20U;
/// The same above which the client itself is not read any more: by then it sends garbage and never
/// reads the answers.
constexpr std::size_t kMaxOwnOutput = 64U << 20U;
/// Acknowledgements and pongs wait while the service does not take what was sent before.
constexpr std::size_t kMaxLinkQueue = 64U << 10U;

/// All that may be in flight at once (see OutboxLimits); more means that the service sends but
/// never reads.
constexpr std::size_t kMaxLinkBacklog = 256U << 20U;

constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLongestPause{5'000};
/// While this process starts a service it looks for it often.
constexpr milliseconds kStartingPause{20};
/// A link that lasted less counts as a failed attempt.
constexpr milliseconds kSteadyLink{1'000};
/// A service that was there and has gone is given this long to come back (restart, upgrade) before
/// another is started in its place: one that nobody but a bridge starts, and one that its operator
/// does, who would find the place taken.
constexpr milliseconds kAutostartedGrace{2'000};
constexpr milliseconds kOperatorGrace{15'000};
/// How long the first requests wait for a service that this bridge can't start or that refuses it.
constexpr milliseconds kAbsenceLimit{2'000};
/// Once stdin is closed, for the answers to what was read from it. Clients kill a server that takes
/// 2 s to end.
constexpr milliseconds kFarewell{1'800};
constexpr milliseconds kReaderCheck{100};
constexpr milliseconds kHelloLimit{10'000};
constexpr milliseconds kWatchInterval{5'000};

core::Instant now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

Bridge::Bridge(loop::Loop& loop, BridgeOptions options)
    : loop_(loop),
      options_(std::move(options)),
      session_("bridge-" + core::random_base32_128(), now()),
      starter_(loop, options_.search.user, options_.service_program),
      backoff_(kFirstPause, kLongestPause, std::random_device()()),
      redial_(loop),
      link_watch_(loop),
      expiry_(loop),
      acknowledgement_(loop),
      farewell_(loop),
      absent_since_(now()) {
  // Without stdout nobody can be answered; stdin decides when to end all the same.
  if (auto output = loop::Stream::adopt(loop, kStdout)) {
    output_ = std::move(*output);
    output_->on_drained([this] { pump(); });
  }
  dial();
  input_ = open_client_input(
      loop,
      [this](std::string_view bytes) {
        lines_.feed(bytes);
        pump();
      },
      [this] { input_closed(); });
}

Bridge::~Bridge() = default;

/// Gives the session what the client has sent; false if that was nothing.
bool Bridge::take_lines() {
  bool any = false;
  while (session_.wants_input()) {
    const auto line = lines_.next();
    if (!line) break;
    any = true;
    if (line->too_long) {
      long_message_.feed(line->text);
      if (line->complete) session_.line_too_long(long_message_.take(), now());
    } else {
      session_.from_client(line->text, now());
    }
  }
  return any;
}

void Bridge::input_closed() {
  if (input_closed_at_) return;
  log("stdin was closed");
  input_closed_at_ = now();
  lines_.feed("\n");  // a last line needs none
  farewell_.start_repeating(kReaderCheck, [this] { leave_when_done(); });
  pump();
}

void Bridge::leave_when_done() {
  if (!input_closed_at_ || left_) return;
  const bool waits = session_.has_waiting_requests() || (output_ && output_->pending_bytes() > 0);
  const bool in_time = now() - *input_closed_at_ < kFarewell;
  if (!waits || !in_time || !output_ || platform::has_lost_reader(kStdout)) leave();
}

void Bridge::leave() {
  left_ = true;
  farewell_.cancel();
  session_.give_up(session_.open() ? "stdin was closed before it came" : trouble_);
  write_to_client();
  if (link_ && session_.open()) {
    std::string goodbye;
    net::append_goodbye(goodbye, {"the client has gone", false});
    link_->write(std::move(goodbye));
  }
  loop_.stop();
}

/// Somebody waits now: an attempt at once is worth more than the rest of a long pause.
void Bridge::hasten() {
  if (link_ || dialer_ || !session_.wants_link() || !session_.has_waiting_requests()) return;
  if (redial_.active() && redial_at_ <= now() + kFirstPause) return;
  backoff_.reset();
  schedule_dial(kFirstPause);
}

void Bridge::schedule_dial(milliseconds pause) {
  redial_at_ = now() + pause;
  redial_.start(pause, [this] { dial(); });
}

void Bridge::dial() {
  net::LinkUpgrade upgrade;
  upgrade.upstream = options_.upstream;
  upgrade.client_id = session_.client_id();
  upgrade.cwd = platform::current_directory();
  dialer_ = std::make_unique<client::LinkDialer>(
      loop_, options_.search, std::move(upgrade),
      [this](core::Result<client::OpenLink> link) { dialled(std::move(link)); });
}

void Bridge::dialled(core::Result<client::OpenLink> link) {
  dialer_.reset();
  if (!link) return no_service(link.error());
  log(fmt::format("linked to {}", link->place));
  starter_.settled();
  ever_linked_ = true;
  restart_grace_ = link->autostarted ? kAutostartedGrace : kOperatorGrace;
  session_.limit_hold(milliseconds::max());
  link_ = std::move(link->stream);
  decoder_ = {};
  link_paused_ = false;
  link_opened_at_ = now();
  last_heard_ = link_opened_at_;
  link_->on_drained([this] { pump(); });
  session_.link_opened();
  link_watch_.start(kHelloLimit, [this] { link_broken("the service did not say hello"); });
  listen_to_link();
  // Also writes our hello; an empty rest is no frame.
  link_received(link->rest);
}

void Bridge::no_service(const core::Error& error) {
  std::string trouble = error.message;
  const bool absent = error.code == core::ErrorCode::not_found;
  if (!absent) absent_since_ = now();
  const bool hopeless = absent ? !may_start() : client::is_refusal(error.code);
  session_.limit_hold(hopeless && !ever_linked_ ? kAbsenceLimit : milliseconds::max());
  if (error.code == core::ErrorCode::unsupported) {
    if (trouble != trouble_) warn(trouble);
    session_.give_up(trouble);
  } else if (absent && may_start() && start_is_due()) {
    if (const auto started = starter_.start(); !started) {
      trouble = started.error().message;
      could_not_start(started.error());
    }
  } else if (trouble != trouble_) {
    log(trouble);  // once, not with every attempt
  }
  trouble_ = std::move(trouble);
  schedule_dial(starter_.starting() ? kStartingPause : backoff_.next());
  pump();
}

bool Bridge::may_start() const {
  return options_.autostart && client::may_start(options_.search);
}

bool Bridge::start_is_due() const {
  if (!ever_linked_ && !starter_.failure()) return true;  // ahead of the first request
  return session_.has_waiting_requests() && now() - absent_since_ >= restart_grace_;
}

void Bridge::could_not_start(const core::Error& error) {
  if (error.message != trouble_) warn(error.message);
  // Another service may be about to answer where this one was refused.
  const bool perhaps = error.code == core::ErrorCode::conflict;
  if (!perhaps || now() - absent_since_ >= kAbsenceLimit) session_.give_up(error.message);
}

void Bridge::listen_to_link() {
  link_->start_reading(
      [this](std::string_view bytes) { link_received(bytes); },
      [this](const std::optional<core::Error>& error) {
        link_broken(error ? std::string_view(error->message) : "the service closed the link");
      });
}

void Bridge::link_received(std::string_view bytes) {
  last_heard_ = now();
  decoder_.feed(bytes);
  for (;;) {
    const auto frame = decoder_.next();
    if (!frame) return link_broken(frame.error().message);
    if (!*frame) break;
    const bool greeting = !session_.open();
    if (const auto taken = session_.receive(**frame); !taken) {
      return link_broken(taken.error().message);
    }
    if (!session_.wants_link()) return link_broken("the service sent this bridge away");
    if (greeting && session_.open()) {
      link_watch_.start_repeating(kWatchInterval, [this] { watch_link(); });
    }
  }
  pump();
}

void Bridge::link_broken(std::string_view why) {
  log(fmt::format("the link is gone: {}", why));
  trouble_ = why;
  link_watch_.cancel();
  link_.reset();
  session_.link_lost(now());
  absent_since_ = now();
  if (now() - link_opened_at_ >= kSteadyLink) backoff_.reset();
  if (session_.wants_link()) schedule_dial(backoff_.next());
  pump();
}

void Bridge::watch_link() {
  if (link_paused_) last_heard_ = now();  // it is us who do not listen
  const auto quiet = now() - last_heard_;
  if (quiet >= milliseconds(net::kLinkDeadLimitMs)) return link_broken("the service went silent");
  if (quiet >= milliseconds(net::kLinkQuietLimitMs) && link_->pending_bytes() < kMaxLinkQueue) {
    std::string ping;
    net::append_ping(ping, ++pings_);
    link_->write(std::move(ping));
  }
}

/// Moves everything that can be moved. Whatever changes the session ends here.
void Bridge::pump() {
  if (take_lines()) hasten();
  write_to_client();
  write_to_service();
  set_valves();
  arm_expiry();
  leave_when_done();
}

void Bridge::write_to_client() {
  std::string bytes = session_.take_for_client();
  if (output_) output_->write(std::move(bytes));
}

void Bridge::write_to_service() {
  if (!link_) return;
  std::string frames = session_.take_for_service();
  const std::uint64_t waiting = session_.unacknowledged();
  if (!frames.empty() || waiting >= net::kLinkAcknowledgeEvery) return send(std::move(frames));
  if (waiting == 0 || acknowledgement_.active()) return;
  acknowledgement_.start(milliseconds(net::kLinkAcknowledgeMs), [this] {
    if (link_) send({});
  });
}

/// With what has to be acknowledged.
void Bridge::send(std::string frames) {
  acknowledgement_.cancel();
  if (link_->pending_bytes() < kMaxLinkQueue) session_.acknowledge();
  link_->write(frames + session_.take_for_service());
  if (link_ && link_->pending_bytes() > kMaxLinkBacklog) {
    link_broken("the service does not read");
  }
}

/// A side that does not take its output stops the other one.
void Bridge::set_valves() {
  const std::size_t waiting = output_ ? output_->pending_bytes() : 0;
  if (const bool pause = waiting > kMaxOutput; link_ && link_paused_ != pause) {
    link_paused_ = pause;
    if (link_paused_) {
      link_->stop_reading();
    } else {
      listen_to_link();
    }
  }
  if (!input_ || input_closed_at_) return;
  if (session_.wants_input() && waiting <= kMaxOwnOutput) {
    input_->resume();
  } else {
    input_->pause();
  }
}

void Bridge::arm_expiry() {
  const auto due = session_.next_expiry();
  if (!due) return expiry_.cancel();
  const auto wait = std::chrono::ceil<milliseconds>(*due - now());
  expiry_.start(std::max(wait, milliseconds(0)), [this] {
    session_.expire(now(), trouble_);
    pump();
  });
}

void Bridge::log(std::string_view text) const {
  if (options_.verbose) warn(text);
}

void Bridge::warn(std::string_view text) {
  fmt::print(stderr, "berth-bridge: {}\n", text);
}

}  // namespace berth::bridge
