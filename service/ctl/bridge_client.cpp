#include "service/ctl/bridge_client.h"

#include <fmt/format.h>

#include <charconv>
#include <future>
#include <utility>

#include "service/core/json_scan.h"
#include "service/ctl/wait.h"
#include "service/platform/process.h"

namespace berth::ctl {

core::Result<std::unique_ptr<BridgeClient>> BridgeClient::start(
    const std::string& program, const std::vector<std::string>& arguments,
    const std::vector<std::string>& environment) {
  auto input = platform::socket_pair();
  if (!input) return core::fail(input.error());
  auto output = platform::socket_pair();
  if (!output) return core::fail(output.error());
  platform::SpawnOptions options;
  options.program = program;
  options.arguments = arguments;
  options.environment = environment;
  options.descriptors = {{input->second.get(), 0}, {output->second.get(), 1}, {2, 2}};
  auto child = platform::spawn(options);
  if (!child) return core::fail(child.error());

  std::unique_ptr<BridgeClient> client(new BridgeClient(std::move(*child)));
  auto writer = loop::Stream::adopt(client->loop_, input->first.release());
  auto reader = loop::Stream::adopt(client->loop_, output->first.release());
  if (!writer) return core::fail(writer.error());
  if (!reader) return core::fail(reader.error());
  client->input_ = std::move(*writer);
  client->output_ = std::move(*reader);
  client->output_->start_reading(
      [self = client.get()](std::string_view bytes) { self->received(bytes); },
      [](const std::optional<core::Error>&) {});
  client->thread_ = std::thread([self = client.get()] { self->loop_.run(); });
  return client;
}

BridgeClient::~BridgeClient() {
  if (!ended_) {
    platform::send_signal({child_.pid}, platform::KillSignal::kill);
    wait_until([this] { return platform::reap(child_.pid).has_value(); }, std::chrono::seconds(5));
  }
  loop_.stop();
  if (thread_.joinable()) thread_.join();
}

std::int64_t BridgeClient::request(std::string_view method, std::string_view params) {
  const std::int64_t id = ++last_id_;
  write(
      fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{}}})", id, method, params));
  return id;
}

void BridgeClient::notify(std::string_view method) {
  write(fmt::format(R"({{"jsonrpc":"2.0","method":"{}"}})", method));
}

core::Result<std::string> BridgeClient::answer(std::int64_t id, std::chrono::milliseconds limit) {
  std::string line;
  const bool came = wait_until(
      [&] {
        const std::lock_guard lock(mutex_);
        auto found = answers_.extract(id);
        if (!found) return false;
        line = std::move(found.mapped());
        return true;
      },
      limit);
  if (!came) return core::fail(core::ErrorCode::deadline_exceeded, "no answer in time");
  const auto message = core::scan_object(line);
  if (!message) return core::fail(message.error());
  if (const core::JsonMember* result = message->find("result"); result != nullptr) {
    return std::string(result->raw);
  }
  const auto error = message->object("error");
  return core::fail(core::ErrorCode::internal,
                    error ? error->string("message").value_or(line) : line);
}

core::Result<std::string> BridgeClient::call(std::string_view method, std::string_view params,
                                             std::chrono::milliseconds limit) {
  return answer(request(method, params), limit);
}

int BridgeClient::strange_lines() {
  const std::lock_guard lock(mutex_);
  return strange_lines_;
}

core::Result<platform::ExitStatus> BridgeClient::close(std::chrono::milliseconds limit) {
  std::promise<void> closed;
  loop_.post([this, &closed] {
    input_.reset();
    closed.set_value();
  });
  closed.get_future().wait();
  platform::ExitStatus exit;
  ended_ = wait_until(
      [&] {
        const auto status = platform::reap(child_.pid);
        if (status) exit = *status;
        return status.has_value();
      },
      limit);
  if (!ended_) {
    return core::fail(core::ErrorCode::deadline_exceeded, "the bridge did not end in time");
  }
  return exit;
}

void BridgeClient::write(std::string line) {
  line += '\n';
  loop_.post([this, bytes = std::move(line)]() mutable {
    if (input_) input_->write(std::move(bytes));
  });
}

void BridgeClient::received(std::string_view bytes) {
  lines_.feed(bytes);
  while (const auto line = lines_.next()) {
    const auto message = core::scan_object(line->text);
    const std::lock_guard lock(mutex_);
    if (!message) {
      ++strange_lines_;
      continue;
    }
    const core::JsonMember* id = message->find("id");
    if (id == nullptr || message->has("method")) continue;
    std::int64_t number = 0;
    std::from_chars(id->raw.data(), id->raw.data() + id->raw.size(), number);
    answers_.emplace(number, line->text);
  }
}

}  // namespace berth::ctl
