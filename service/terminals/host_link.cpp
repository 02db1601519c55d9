#include "service/terminals/host_link.h"

#include <utility>
#include <variant>

namespace berth::terminals {

HostLink::HostLink(loop::Loop& loop, core::HostId id, platform::Descriptor socket,
                   HostEvents& events)
    : id_(std::move(id)), events_(events), stream_(loop, std::move(socket)) {
  stream_.start_reading(
      // A host sends no descriptors; any that come are closed.
      [this](std::string_view bytes, std::vector<platform::Descriptor>) { received(bytes); },
      [this](const std::optional<core::Error>& error) {
        gone(error ? *error
                   : core::Error{core::ErrorCode::terminal_failed,
                                 "the terminal's host closed its link",
                                 {},
                                 std::nullopt});
      });
}

HostLink::~HostLink() {
  *alive_ = false;
}

void HostLink::output(platform::Descriptor standard_output, platform::Descriptor standard_error) {
  std::vector<platform::Descriptor> files;
  files.push_back(std::move(standard_output));
  files.push_back(std::move(standard_error));
  send(hostproto::Output{}, std::move(files));
}

void HostLink::run(const hostproto::Run& run) {
  send(run);
}

void HostLink::prepare(const hostproto::Prepare& prepare) {
  send(prepare);
}

void HostLink::interrupt(const core::JobId& job, core::StopMode how) {
  send(hostproto::Interrupt{job, how});
}

void HostLink::input(const hostproto::Input& input) {
  send(input);
}

void HostLink::resize(const hostproto::Resize& size) {
  send(size);
}

void HostLink::trim(std::int64_t up_to_seq) {
  send(hostproto::Trim{up_to_seq});
}

void HostLink::end(core::StopMode mode) {
  send(hostproto::End{mode});
}

void HostLink::send(const hostproto::Message& message,
                    std::vector<platform::Descriptor> descriptors) {
  if (!gone_) stream_.write(hostproto::encode(message), std::move(descriptors));
}

void HostLink::received(std::string_view bytes) {
  const std::shared_ptr<bool> alive = alive_;
  reader_.feed(bytes);
  while (*alive && !gone_) {
    const auto record = reader_.next();
    if (!record) return gone(record.error());
    if (!*record) return;
    auto message = hostproto::decode(**record);
    if (!message) return gone(message.error());
    if (*message) dispatch(**message);
  }
}

void HostLink::dispatch(hostproto::Message& message) {
  using namespace hostproto;
  if (auto* ready = std::get_if<Ready>(&message)) return events_.on_ready(*ready);
  if (auto* prepared = std::get_if<Prepared>(&message)) return events_.on_prepared(*prepared);
  if (auto* accepted = std::get_if<Accepted>(&message)) return events_.on_accepted(*accepted);
  if (auto* started = std::get_if<Started>(&message)) return events_.on_started(*started);
  if (auto* progress = std::get_if<Progress>(&message)) return events_.on_progress(*progress);
  if (auto* finished = std::get_if<Finished>(&message)) return events_.on_finished(*finished);
  if (auto* rejected = std::get_if<Rejected>(&message)) return events_.on_rejected(*rejected);
  if (auto* running = std::get_if<Running>(&message)) return events_.on_resumed(*running);
  if (auto* ended = std::get_if<ShellEnded>(&message)) return events_.on_shell_ended(*ended);
  if (auto* taken = std::get_if<InputTaken>(&message)) return events_.on_input_taken(*taken);
}

void HostLink::gone(core::Error reason) {
  if (std::exchange(gone_, true)) return;
  events_.on_gone(reason);
}

}  // namespace berth::terminals
