#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "service/platform/descriptor.h"

namespace berth::test {

struct ClientResponse {
  int status = 0;                              ///< 0: none came (closed, or the deadline passed)
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  bool complete = false;  ///< false if the connection ended before the body did
};

/// A blocking client that sends exactly the bytes it is given. Every wait ends after kPatience.
class SocketClient {
 public:
  static constexpr std::chrono::seconds kPatience{20};

  static SocketClient tcp(std::uint16_t port);
  static SocketClient local(const std::string& path);

  /// False if the connection broke before all was taken.
  bool send(std::string_view bytes);
  void half_close();
  /// Forces a reset instead of an orderly end.
  void reset();

  /// The next final response; 1xx before it are counted in `interim`.
  ClientResponse read_response(bool to_head_request = false);
  ClientResponse exchange(std::string_view request) {
    send(request);
    return read_response();
  }
  /// Reads until `size` bytes are there or the connection ends.
  std::string read_bytes(std::size_t size);
  std::string read_until(std::string_view mark);
  /// True once the other side has closed; false if bytes come or nothing happens.
  bool wait_closed();
  /// Bytes that came but are not consumed.
  const std::string& buffered() const { return buffer_; }

  int interim = 0;

 private:
  explicit SocketClient(platform::Descriptor socket) : socket_(std::move(socket)) {}
  bool fill();  ///< false at the end or after the deadline

  platform::Descriptor socket_;
  std::string buffer_;
  bool ended_ = false;
};

}  // namespace berth::test
