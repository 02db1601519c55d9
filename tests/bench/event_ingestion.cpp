// Sends batches of events from several producers at once, each the next as soon as the last one is
// acknowledged. Prints one JSON object:
//   events (acknowledged), seconds, p50_us, p99_us and max_us of a batch until it is acknowledged,
//   client_cpu_seconds.
#include <fmt/format.h>
#include <sys/socket.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/bench/stream_client.h"

namespace {

using berth::bench::cpu_seconds;
using berth::bench::now_us;

struct Options {
  std::uint16_t port = 0;
  std::string publish;  // path and query
  std::string header;   // `Name: value`
  std::string source;   // of the events
  std::size_t producers = 16;
  std::size_t batch = 25;
  std::size_t data_bytes = 100;  // text in each event's data
  double seconds = 5;
};

/// Reads one answer; anything but 202 ends the program.
void await_acknowledgement(int fd) {
  std::string answer;
  std::array<char, 16'384> part;
  for (;;) {
    const ssize_t count = recv(fd, part.data(), part.size(), 0);
    if (count <= 0) berth::bench::give_up("waiting for an acknowledgement");
    answer.append(part.data(), static_cast<std::size_t>(count));
    const std::size_t body = answer.find("\r\n\r\n");
    if (body == std::string::npos) continue;
    constexpr std::string_view kLength = "Content-Length: ";
    std::size_t length = 0;
    if (const std::size_t at = answer.find(kLength); at < body) {
      std::from_chars(answer.data() + at + kLength.size(), answer.data() + body, length);
    }
    if (answer.size() < body + 4 + length) continue;
    if (answer.starts_with("HTTP/1.1 202")) return;
    fmt::print(stderr, "event_ingestion: publishing was answered {}\n", answer);
    std::exit(1);
  }
}

/// The time of each batch.
std::vector<std::int64_t> produce(const Options& options, std::size_t producer) {
  const int fd = berth::bench::connect_to(options.port);
  const std::string text(options.data_bytes, 'x');
  const auto end = now_us() + static_cast<std::int64_t>(options.seconds * 1e6);
  std::vector<std::int64_t> times;
  std::int64_t begin = now_us();
  for (std::size_t number = 0; begin < end;) {
    std::string body = "[";
    for (std::size_t i = 0; i < options.batch; ++i, ++number) {
      body += fmt::format(
          R"({}{{"type":"data.bench","source":"{}","source_id":"{}-{}","data":{{"text":"{}"}}}})",
          i == 0 ? "" : ",", options.source, producer, number, text);
    }
    body += ']';
    berth::bench::send_all(
        fd, fmt::format("POST {} HTTP/1.1\r\n{}Content-Type: application/json\r\n"
                        "Content-Length: {}\r\n\r\n{}",
                        options.publish, berth::bench::header_lines(options.header), body.size(),
                        body));
    await_acknowledgement(fd);
    const std::int64_t now = now_us();
    times.push_back(now - begin);
    begin = now;
  }
  return times;
}

int run(const Options& options) {
  const std::int64_t begin = now_us();
  std::vector<std::vector<std::int64_t>> of_producers(options.producers);
  std::vector<std::thread> producers;
  for (std::size_t i = 0; i < options.producers; ++i) {
    producers.emplace_back([&, i] { of_producers[i] = produce(options, i); });
  }
  for (std::thread& each : producers) each.join();
  const double seconds = static_cast<double>(now_us() - begin) / 1e6;
  std::vector<std::int64_t> times;
  for (const auto& each : of_producers) times.insert(times.end(), each.begin(), each.end());
  std::ranges::sort(times);
  const auto percentile = [&](double share) {
    return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
  };
  fmt::print(R"({{"events":{},"seconds":{:.3f},"p50_us":{},"p99_us":{},"max_us":{},)"
             R"("client_cpu_seconds":{:.3f}}})"
             "\n",
             times.size() * options.batch, seconds, percentile(0.5), percentile(0.99), times.back(),
             cpu_seconds());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Sends batches of events from several producers");
  app.add_option("--port", options.port)->required();
  app.add_option("--publish", options.publish)->required();
  app.add_option("--header", options.header);
  app.add_option("--source", options.source)->required();
  app.add_option("--producers", options.producers);
  app.add_option("--batch", options.batch);
  app.add_option("--data-bytes", options.data_bytes);
  app.add_option("--seconds", options.seconds);
  CLI11_PARSE(app, argc, argv);
  return run(options);
}
