#include "tests/bench/stream_client.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace berth::bench {

int connect_to(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    give_up("connecting");
  }
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return fd;
}

void send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0) give_up("sending");
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void await_head(int fd) {
  std::string head;
  std::array<char, 1> byte;
  while (!head.ends_with("\r\n\r\n")) {
    if (recv(fd, byte.data(), 1, 0) != 1) give_up("waiting for the answer");
    head += byte[0];
  }
  if (!head.starts_with("HTTP/1.1 200")) {
    fmt::print(stderr, "following was answered {}\n", head);
    std::exit(1);
  }
}

std::string header_lines(const std::string& header) {
  return "Host: 127.0.0.1\r\n" + (header.empty() ? "" : header + "\r\n");
}

void give_up(std::string_view doing) {
  fmt::print(stderr, "{}: {}\n", doing, std::strerror(errno));
  std::exit(1);
}

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace berth::bench
