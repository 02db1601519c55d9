#include "tests/integration/front/socket_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>

namespace berth::test {
namespace {

bool wait_for(int fd, short events) {
  pollfd entry{fd, events, 0};
  const auto patience = std::chrono::milliseconds(SocketClient::kPatience).count();
  int ready = 0;
  do {
    ready = poll(&entry, 1, static_cast<int>(patience));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

SocketClient SocketClient::tcp(std::uint16_t port) {
  platform::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!socket ||
      connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("connecting to the front failed");
  }
  return SocketClient(std::move(socket));
}

SocketClient SocketClient::local(const std::string& path) {
  auto socket = platform::connect_local(path);
  if (!socket) throw std::runtime_error(socket.error().message);
  return SocketClient(std::move(*socket));
}

bool SocketClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!wait_for(socket_.get(), POLLOUT)) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

void SocketClient::half_close() {
  shutdown(socket_.get(), SHUT_WR);
}

void SocketClient::reset() {
  const linger hard{1, 0};
  setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  socket_.reset();
}

bool SocketClient::fill() {
  if (ended_ || !wait_for(socket_.get(), POLLIN)) return false;
  std::array<char, 65'536> bytes{};
  const ssize_t count = recv(socket_.get(), bytes.data(), bytes.size(), 0);
  if (count <= 0) {
    ended_ = true;
    return false;
  }
  buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  return true;
}

std::string SocketClient::read_bytes(std::size_t size) {
  while (buffer_.size() < size && fill()) {
  }
  std::string bytes = buffer_.substr(0, size);
  buffer_.erase(0, bytes.size());
  return bytes;
}

std::string SocketClient::read_until(std::string_view mark) {
  std::size_t found = 0;
  while ((found = buffer_.find(mark)) == std::string::npos && fill()) {
  }
  return read_bytes(found == std::string::npos ? buffer_.size() : found + mark.size());
}

bool SocketClient::wait_closed() {
  if (!buffer_.empty()) return false;
  return !fill() && ended_;
}

ClientResponse SocketClient::read_response(bool to_head_request) {
  ClientResponse response;
  const std::string head = read_until("\r\n\r\n");
  if (!head.starts_with("HTTP/1.1 ") || !head.ends_with("\r\n\r\n")) return response;
  std::from_chars(head.data() + 9, head.data() + 12, response.status);
  if (response.status == 100) {
    ++interim;
    return read_response(to_head_request);
  }
  std::size_t at = head.find("\r\n") + 2;
  while (at + 2 < head.size()) {
    const std::size_t end = head.find("\r\n", at);
    const std::size_t colon = head.find(':', at);
    response.headers[lower(head.substr(at, colon - at))] = head.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  if (to_head_request || response.status == 101 || response.status == 204) {
    response.complete = true;
  } else if (response.headers.contains("content-length")) {
    const std::size_t length = std::stoul(response.headers["content-length"]);
    response.body = read_bytes(length);
    response.complete = response.body.size() == length;
  } else if (response.headers.contains("transfer-encoding")) {
    while (true) {
      const std::string size_line = read_until("\r\n");
      if (!size_line.ends_with("\r\n")) return response;
      const std::size_t size = std::stoul(size_line, nullptr, 16);
      const std::string chunk = read_bytes(size + 2);
      if (chunk.size() < size + 2) return response;
      response.body += chunk.substr(0, size);
      if (size == 0) break;
    }
    response.complete = true;
  } else {
    while (fill()) {
    }
    response.body = std::exchange(buffer_, {});
    response.complete = ended_;
  }
  return response;
}

}  // namespace berth::test
