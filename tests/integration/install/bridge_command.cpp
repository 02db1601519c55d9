#include "tests/integration/install/bridge_command.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "service/platform/files.h"
#include "service/platform/tty.h"

namespace berth::install {
namespace {

namespace fs = std::filesystem;

constexpr int kPatience = 20'000;

int status_of(const platform::Child& child) {
  EXPECT_TRUE(platform::wait_readable(child.pidfd.get(), kPatience)) << "it does not end";
  const auto status = platform::reap(child.pid);
  return status && status->signal == 0 ? status->exit_code : -1;
}

}  // namespace

BridgeCommandTest::BridgeCommandTest() {
  fs::create_directories(home_);
}

platform::SpawnOptions BridgeCommandTest::options(const std::vector<std::string>& arguments) const {
  platform::SpawnOptions options;
  options.program = BERTH_BRIDGE;
  options.arguments = arguments;
  options.environment = {"HOME=" + home_, "PATH=/usr/bin:/bin"};
  options.directory = folder_;
  return options;
}

Outcome BridgeCommandTest::run(const std::vector<std::string>& arguments) const {
  const std::string out = folder_ + "/out";
  const std::string err = folder_ + "/err";
  Outcome outcome;
  {
    auto spawn = options(arguments);
    const auto out_file = platform::open_for_appending(out);
    const auto err_file = platform::open_for_appending(err);
    spawn.descriptors = {{out_file->get(), 1}, {err_file->get(), 2}};
    const auto child = platform::spawn(spawn);
    if (!child) {
      ADD_FAILURE() << child.error().message;
      return outcome;
    }
    outcome.status = status_of(*child);
  }
  outcome.out = text_of(out);
  outcome.err = text_of(err);
  fs::remove(out);
  fs::remove(err);
  return outcome;
}

Outcome BridgeCommandTest::run_in_terminal(const std::vector<std::string>& arguments,
                                           const std::string& typed) const {
  Outcome outcome;
  auto tty = platform::open_tty({});
  auto spawn = options(arguments);
  const int slave = tty->slave.get();
  spawn.descriptors = {{slave, 0}, {slave, 1}, {slave, 2}};
  const auto child = platform::spawn(spawn);
  if (!child) {
    ADD_FAILURE() << child.error().message;
    return outcome;
  }
  EXPECT_EQ(write(tty->master.get(), typed.data(), typed.size()),
            static_cast<ssize_t>(typed.size()));
  outcome.status = status_of(*child);
  // The last output may be on its way yet: with nobody at the other end, reading ends behind it.
  tty->slave.reset();
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t count = read(tty->master.get(), buffer.data(), buffer.size());
    if (count > 0) {
      outcome.out.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || errno != EAGAIN || !platform::wait_readable(tty->master.get(), 1000)) {
      return outcome;
    }
  }
}

void BridgeCommandTest::put(const std::string& path, const std::string& text, unsigned mode) {
  fs::create_directories(fs::path(path).parent_path());
  const auto written = platform::write_file_atomically(path, text, mode);
  ASSERT_TRUE(written) << written.error().message;
}

std::string BridgeCommandTest::text_of(const std::string& path) {
  return platform::read_file(path).value_or("(no file)");
}

unsigned BridgeCommandTest::mode_of(const std::string& path) {
  const auto status = platform::file_status(path);
  return status ? status->mode : 0;
}

std::vector<std::string> BridgeCommandTest::backups_of(const std::string& path) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(fs::path(path).parent_path())) {
    if (entry.path().string().starts_with(path + ".berth-backup-")) {
      found.push_back(entry.path().string());
    }
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace berth::install
