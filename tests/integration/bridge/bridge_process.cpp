#include "tests/integration/bridge/bridge_process.h"

#include <gtest/gtest.h>

#include "service/platform/files.h"
#include "service/platform/process.h"

namespace berth::bridge {

BridgeProcess::BridgeProcess(loop::Loop& loop, const std::vector<std::string>& arguments,
                             const std::vector<std::string>& environment,
                             const std::string& program, const std::string& stderr_file) {
  auto input = platform::socket_pair();
  auto output = platform::socket_pair();
  platform::SpawnOptions options;
  options.program = program;
  options.arguments = arguments;
  options.environment = platform::current_environment();
  for (const std::string& entry : environment) {
    const std::string name = entry.substr(0, entry.find('=') + 1);
    std::erase_if(options.environment,
                  [&](const std::string& inherited) { return inherited.starts_with(name); });
    options.environment.push_back(entry);
  }
  platform::Descriptor errors;
  if (!stderr_file.empty()) errors = std::move(*platform::open_for_appending(stderr_file));
  options.descriptors = {
      {input->second.get(), 0}, {output->second.get(), 1}, {errors ? errors.get() : 2, 2}};
  auto child = platform::spawn(options);
  if (!child) {
    ADD_FAILURE() << child.error().message;
    exit_ = platform::ExitStatus{-1, 0};
    return;
  }
  child_ = std::move(*child);
  input_ = std::move(*loop::Stream::adopt(loop, input->first.release()));
  output_ = std::move(*loop::Stream::adopt(loop, output->first.release()));
  read_stdout();
  end_ = std::make_unique<loop::Poller>(loop, child_.pidfd.get());
  end_->watch(true, false, [this](bool, bool) {
    exit_ = platform::reap(child_.pid).value_or(platform::ExitStatus{-1, 0});
    end_.reset();
  });
}

BridgeProcess::~BridgeProcess() {
  end_.reset();
  if (running()) platform::send_signal({child_.pid}, platform::KillSignal::kill);
  while (running()) {
    if (auto status = platform::reap(child_.pid)) exit_ = *status;
  }
}

void BridgeProcess::read_stdout() {
  output_->start_reading(
      [this](std::string_view bytes) {
        reader_.feed(bytes);
        while (const auto line = reader_.next()) lines_.emplace_back(line->text);
      },
      [](const std::optional<core::Error>&) {});
}

std::string BridgeProcess::line_with(std::string_view text) const {
  for (const std::string& line : lines_) {
    if (line.find(text) != std::string::npos) return line;
  }
  return {};
}

}  // namespace berth::bridge
