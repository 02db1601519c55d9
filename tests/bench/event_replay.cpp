// Follows an event stream from a place in its past until it has caught up, as fast as it is sent,
// and checks that the ids rise. Prints one JSON object:
//   events, bytes, first_event_us and caught_up_us from just before the request was sent,
//   client_cpu_seconds.
#include <fmt/format.h>
#include <sys/socket.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/stream_client.h"

namespace {

using berth::bench::cpu_seconds;
using berth::bench::give_up;
using berth::bench::now_us;

struct Options {
  std::uint16_t port = 0;
  std::string follow;  // path and query
  std::string header;  // `Name: value`
};

struct Seen {
  std::int64_t events = 0;
  std::int64_t last_id = 0;
  bool caught_up = false;
};

/// One block without its empty line. What no event has (`retry:`, a comment) is passed over.
void take_block(std::string_view block, Seen& seen) {
  constexpr std::string_view kCaughtUp = "event: replay.caught_up\n";
  constexpr std::string_view kId = "id: ";
  if (block.starts_with(kCaughtUp)) seen.caught_up = true;
  if (!block.starts_with(kId)) return;
  std::int64_t id = 0;
  const char* const digits = block.data() + kId.size();
  const auto [end, error] = std::from_chars(digits, block.data() + block.size(), id);
  if (error != std::errc() || end == block.data() + block.size()) return;  // an id alone
  if (id <= seen.last_id) {
    fmt::print(stderr, "event_replay: {} came after {}\n", id, seen.last_id);
    std::exit(1);
  }
  seen.last_id = id;
  ++seen.events;
}

/// Takes whole blocks; returns how much of the text they were.
std::size_t take_blocks(std::string_view text, Seen& seen) {
  std::size_t done = 0;
  for (;;) {
    const void* const end = memmem(text.data() + done, text.size() - done, "\n\n", 2);
    if (end == nullptr) return done;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(end) - text.data());
    take_block(text.substr(done, at - done), seen);
    done = at + 2;
  }
}

int run(const Options& options) {
  const int fd = berth::bench::connect_to(options.port);
  const std::int64_t begin = now_us();
  berth::bench::send_all(
      fd, fmt::format("GET {} HTTP/1.1\r\n{}Accept: text/event-stream\r\n\r\n", options.follow,
                      berth::bench::header_lines(options.header)));
  berth::bench::await_head(fd);
  Seen seen;
  std::vector<char> buffer(std::size_t{4} << 20U);
  std::size_t held = 0;
  std::int64_t bytes = 0;
  std::int64_t first = 0;
  while (!seen.caught_up) {
    const ssize_t count = recv(fd, buffer.data() + held, buffer.size() - held, 0);
    if (count <= 0) give_up("reading");
    bytes += count;
    held += static_cast<std::size_t>(count);
    const std::size_t done = take_blocks({buffer.data(), held}, seen);
    std::memmove(buffer.data(), buffer.data() + done, held - done);
    held -= done;
    if (first == 0 && seen.events > 0) first = now_us();
  }
  const std::int64_t end = now_us();
  fmt::print(R"({{"events":{},"bytes":{},"first_event_us":{},"caught_up_us":{},)"
             R"("client_cpu_seconds":{:.3f}}})"
             "\n",
             seen.events, bytes, first == 0 ? 0 : first - begin, end - begin, cpu_seconds());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Follows an event stream from its past until it has caught up");
  app.add_option("--port", options.port)->required();
  app.add_option("--follow", options.follow)->required();
  app.add_option("--header", options.header);
  CLI11_PARSE(app, argc, argv);
  return run(options);
}
