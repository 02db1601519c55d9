#include "service/client/link_dialer.h"

#include <fmt/format.h>

#include <utility>

#include "service/platform/peer.h"

namespace berth::client {
namespace {

/// For one place, from connecting to the upgrade.
constexpr std::chrono::milliseconds kDialLimit{10'000};

}  // namespace

bool is_refusal(core::ErrorCode code) {
  return code == core::ErrorCode::permission_denied || code == core::ErrorCode::unauthenticated;
}

LinkDialer::LinkDialer(loop::Loop& loop, const Search& search, net::LinkUpgrade upgrade, Done done)
    : loop_(loop),
      search_(search),
      upgrade_(std::move(upgrade)),
      done_(std::move(done)),
      places_(places(search)),
      timer_(loop) {
  outcome_.code = core::ErrorCode::not_found;
  timer_.start(std::chrono::milliseconds(0), [this] { try_next(); });
}

void LinkDialer::try_next() {
  if (next_ == places_.size()) return finish(core::fail(outcome_));
  const Place& place = places_[next_];
  auto target = resolve(search_, place);
  if (!target) return not_here(target.error());
  target_ = std::move(*target);
  timer_.start(kDialLimit, [this] {
    not_here({core::ErrorCode::unavailable, "the service did not answer in time", {}, {}});
  });
  const auto on_connected = [this](core::Result<std::unique_ptr<loop::Stream>> stream) {
    if (!stream) return not_here(stream.error());
    connected(std::move(*stream));
  };
  connector_ = target_.socket.empty()
                   ? loop::Connector::tcp(loop_, target_.address, target_.port, on_connected)
                   : loop::Connector::local(loop_, target_.socket, on_connected);
}

void LinkDialer::connected(std::unique_ptr<loop::Stream> stream) {
  if (const auto peer = stream->peer_identity();
      peer && peer->uid != 0 && peer->uid != target_.owner_uid) {
    return not_here({core::ErrorCode::permission_denied,
                     fmt::format("{} is served by another user (uid {}): not trusted",
                                 target_.socket, peer->uid),
                     {},
                     {}});
  }
  stream_ = std::move(stream);
  response_ = {};
  upgrade_.host = target_.host_header();
  upgrade_.token = target_.token;
  stream_->write(net::upgrade_request(upgrade_));
  stream_->start_reading(
      [this](std::string_view bytes) { received(bytes); },
      [this](const std::optional<core::Error>&) {
        not_here({core::ErrorCode::unavailable, "the service closed the connection", {}, {}});
      });
}

void LinkDialer::received(std::string_view bytes) {
  const auto open = response_.feed(bytes);
  if (!open) {
    core::Error error = open.error();
    if (error.code == core::ErrorCode::unsupported && !upgrade_.upstream.empty()) {
      error.message = fmt::format(
          "there is no upstream server \"{}\": this version of Berth has none yet; start "
          "berth-bridge without --server",
          upgrade_.upstream);
    }
    return not_here(std::move(error));
  }
  if (!*open) return;
  stream_->stop_reading();
  finish(OpenLink{std::move(stream_), response_.take_rest(), places_[next_].name(),
                  target_.autostarted});
}

void LinkDialer::not_here(core::Error error) {
  stream_.reset();
  connector_.reset();
  const bool absent = error.code == core::ErrorCode::not_found;
  error.message = fmt::format("{}: {}", places_[next_].name(),
                              absent ? "no service there" : std::string_view(error.message));
  if (!absent && !is_refusal(error.code)) {
    // There is a service, only not now: going on would bring the client to another one.
    if (error.code != core::ErrorCode::unsupported) error.code = core::ErrorCode::unavailable;
    return finish(core::fail(std::move(error)));
  }
  if (outcome_.message.empty()) {
    outcome_ = std::move(error);
  } else {
    if (!absent) outcome_.code = error.code;
    outcome_.message += "; " + error.message;
  }
  ++next_;
  timer_.start(std::chrono::milliseconds(0), [this] { try_next(); });
}

void LinkDialer::finish(core::Result<OpenLink> result) {
  timer_.cancel();
  // The callback may destroy this.
  const Done done = std::move(done_);
  done(std::move(result));
}

}  // namespace berth::client
