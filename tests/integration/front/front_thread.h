#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "api/http/exchange.h"
#include "api/http/front.h"
#include "tests/integration/front/socket_client.h"

namespace berth::test {

/// Tokens `admin-token` and `client-token`; this process's user is a client.
class FixedAuthenticator final : public core::Authenticator {
 public:
  std::optional<core::Identity> by_token(std::string_view token) override;
  std::optional<core::Identity> by_uid(std::uint32_t uid) override;
};

/// A front with a few routes on a loop of its own thread.
///   GET /hello · POST /echo · POST /big (32 MiB, answers the size) · GET /who (client) ·
///   GET /root (admin) · GET /later, /stream, /upgrade (kept for the test) · GET /size/{bytes} ·
///   GET /header?value= · GET /throws · GET /drops · GET /health (also while draining)
class FrontThread {
 public:
  explicit FrontThread(http::FrontOptions options = {});
  ~FrontThread();
  FrontThread(const FrontThread&) = delete;
  FrontThread& operator=(const FrontThread&) = delete;

  SocketClient connect() const { return SocketClient::tcp(port_); }
  SocketClient connect_local() const { return SocketClient::local(socket_path_); }

  /// Runs on the loop's thread and waits for it.
  void on_loop(const std::function<void(http::Front&)>& work);
  template <class T>
  T from_loop(const std::function<T(http::Front&)>& work) {
    T value{};
    on_loop([&](http::Front& front) { value = work(front); });
    return value;
  }
  http::Statistics statistics();

  /// Waits until `condition`, asked on the loop's thread after each of its turns, holds.
  bool wait_until(const std::function<bool(http::Front&)>& condition);

  /// What a handler kept; wait with wait_kept(). Touched on the loop's thread only.
  std::vector<std::shared_ptr<http::Exchange>> kept;
  /// Paths in the order their handlers were called.
  std::vector<std::string> handled;
  bool wait_kept(std::size_t count = 1);

 private:
  void add_routes(http::Router& router);
  void run(http::FrontOptions options, std::promise<void>& ready);

  FixedAuthenticator authenticator_;
  loop::Loop* loop_ = nullptr;
  http::Front* front_ = nullptr;
  std::uint16_t port_ = 0;
  std::string folder_;
  std::string socket_path_;
  std::thread thread_;
};

/// A request without a body.
std::string get(const std::string& target, const std::string& fields = {});
/// A request with `body` and its length.
std::string post(const std::string& target, const std::string& body,
                 const std::string& fields = {});

}  // namespace berth::test
