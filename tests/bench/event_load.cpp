// The load of an event stream: publishes at a steady rate to one URL and follows another with many
// connections, all of this process. It sees the server as any client does, so that servers can be
// compared. Prints one JSON object:
//   published, due, delivered (a frame at a subscriber), p50_us and p99_us from just before the
//   request to publish until the frame was read, seconds, client_cpu_seconds.
// A frame is counted by `"t":` and the number behind it, the time it was published.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/bench/stream_client.h"

namespace {

using berth::bench::await_head;
using berth::bench::connect_to;
using berth::bench::cpu_seconds;
using berth::bench::header_lines;
using berth::bench::now_us;
using berth::bench::send_all;

struct Options {
  std::uint16_t port = 0;
  std::string follow;   // path and query
  std::string publish;  // likewise
  std::string header;   // of both, `Name: value`
  std::string body;     // %n and %t become the number and the time of the event
  std::size_t subscribers = 1;
  double rate = 20;
  double seconds = 5;
};

std::string filled(std::string text, std::string_view mark, std::int64_t value) {
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark)) {
    text.replace(at, mark.size(), std::to_string(value));
  }
  return text;
}

/// One request a tick over one connection; answers are read and their status checked.
void publish(const Options& options) {
  const int fd = connect_to(options.port);
  const auto begin = std::chrono::steady_clock::now();
  const auto count = static_cast<std::int64_t>(options.rate * options.seconds);
  std::array<char, 16'384> answer;
  for (std::int64_t n = 0; n < count; ++n) {
    std::this_thread::sleep_until(
        begin + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                    std::chrono::duration<double>(static_cast<double>(n) / options.rate)));
    const std::string body = filled(filled(options.body, "%n", n), "%t", now_us());
    send_all(fd, fmt::format("POST {} HTTP/1.1\r\n{}Content-Type: application/json\r\n"
                             "Content-Length: {}\r\n\r\n{}",
                             options.publish, header_lines(options.header), body.size(), body));
    const ssize_t read = recv(fd, answer.data(), answer.size(), 0);
    const std::string_view status(answer.data(), read < 12 ? 0 : 12);
    if (!status.starts_with("HTTP/1.1 20")) {
      fmt::print(stderr, "event_load: publishing was answered {}\n",
                 std::string_view(answer.data(), read < 0 ? 0 : static_cast<std::size_t>(read)));
      std::exit(1);
    }
  }
  close(fd);
}

/// Microseconds in steps of an eighth of a power of two.
class Latencies {
 public:
  void add(std::int64_t us) {
    us = us < 1 ? 1 : us;
    std::size_t power = 0;
    while ((us >> (power + 1)) > 0) ++power;
    const auto eighth = static_cast<std::size_t>(((us << 3) >> power) & 7);
    ++counts_[std::min(counts_.size() - 1, power * 8 + eighth)];
    ++total_;
  }
  double percentile(double share) const {
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      below += counts_[i];
      if (static_cast<double>(below) >= share * static_cast<double>(total_)) {
        return static_cast<double>(std::uint64_t{1} << (i / 8)) *
               (1.0 + static_cast<double>(i % 8) / 8.0);
      }
    }
    return 0;
  }
  std::uint64_t total() const { return total_; }

 private:
  std::array<std::uint64_t, 400> counts_{};
  std::uint64_t total_ = 0;
};

class Followers {
 public:
  explicit Followers(const Options& options) : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    rests_.resize(options.subscribers);
    const std::string request =
        fmt::format("GET {} HTTP/1.1\r\n{}Accept: text/event-stream\r\n\r\n", options.follow,
                    header_lines(options.header));
    for (std::size_t i = 0; i < options.subscribers; ++i) {
      const int fd = connect_to(options.port);
      send_all(fd, request);
      await_head(fd);
      fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = (static_cast<std::uint64_t>(fd) << 32U) | i;
      epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    }
  }

  /// Reads what is there, for at most that long.
  void read_for(int milliseconds) {
    std::array<epoll_event, 512> ready;
    const int count =
        epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), milliseconds);
    for (int i = 0; i < count; ++i) {
      const std::uint64_t which = ready[static_cast<std::size_t>(i)].data.u64;
      read_one(static_cast<int>(which >> 32U), rests_[which & 0xffff'ffffU]);
    }
  }

  const Latencies& latencies() const { return latencies_; }

 private:
  void read_one(int fd, std::string& rest) {
    const ssize_t count = recv(fd, buffer_.data(), buffer_.size(), 0);
    if (count < 0) return;
    if (count == 0) {
      fmt::print(stderr, "event_load: a stream was closed\n");
      std::exit(1);
    }
    std::string_view text(buffer_.data(), static_cast<std::size_t>(count));
    if (!rest.empty()) {
      rest.append(text);
      text = rest;
    }
    const std::int64_t now = now_us();
    constexpr std::string_view kMark = "\"t\":";
    std::size_t done = 0;
    for (std::size_t at = text.find(kMark); at != std::string_view::npos;
         at = text.find(kMark, done)) {
      const std::size_t end = text.find('}', at);
      if (end == std::string_view::npos) break;
      std::int64_t sent = 0;
      std::from_chars(text.data() + at + kMark.size(), text.data() + end, sent);
      latencies_.add(now - sent);
      done = end;
    }
    // A mark or number that was cut goes on with what comes next.
    const std::size_t last_line = text.rfind('\n');
    const std::size_t keep = std::max(done, last_line == std::string_view::npos ? 0 : last_line);
    rest = std::string(text.substr(keep));
  }

  int epoll_;
  std::vector<std::string> rests_;  // by subscriber: what has come of an unfinished line
  std::array<char, 65'536> buffer_;
  Latencies latencies_;
};

int run(const Options& options) {
  Followers followers(options);
  const std::int64_t begin = now_us();
  const double cpu = cpu_seconds();
  // By itself, so that it is on time also when the followers have much to read.
  const pid_t publisher = fork();
  if (publisher == 0) {
    publish(options);
    std::_Exit(0);
  }
  const auto count = static_cast<std::uint64_t>(options.rate * options.seconds);
  const std::uint64_t due = count * options.subscribers;
  // What has not come when as much time again would be over counts as not delivered in time.
  const auto limit = begin + static_cast<std::int64_t>((options.seconds + 1) * 1e6);
  while (followers.latencies().total() < due && now_us() < limit) followers.read_for(20);
  const double seconds = static_cast<double>(now_us() - begin) / 1e6;
  int status = 0;
  waitpid(publisher, &status, 0);
  if (status != 0) return 1;
  const Latencies& latencies = followers.latencies();
  fmt::print(R"({{"published":{},"due":{},"delivered":{},"p50_us":{},"p99_us":{},)"
             R"("seconds":{:.3f},"client_cpu_seconds":{:.3f}}})"
             "\n",
             count, due, latencies.total(), latencies.percentile(0.5), latencies.percentile(0.99),
             seconds, cpu_seconds() - cpu);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Follows an event stream with many connections while publishing to it");
  app.add_option("--port", options.port)->required();
  app.add_option("--follow", options.follow)->required();
  app.add_option("--publish", options.publish)->required();
  app.add_option("--header", options.header);
  app.add_option("--body", options.body)->required();
  app.add_option("--subscribers", options.subscribers);
  app.add_option("--rate", options.rate);
  app.add_option("--seconds", options.seconds);
  CLI11_PARSE(app, argc, argv);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  return run(options);
}
