#include "tests/integration/front/front_thread.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <stdexcept>

#include "service/platform/files.h"

namespace berth::test {

using http::Access;
using http::Exchange;
using http::Method;
using http::Response;

namespace {

/// The crowd tests hold both ends of thousands of connections in this process.
void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

std::optional<core::Identity> FixedAuthenticator::by_token(std::string_view token) {
  if (token == "admin-token") return core::Identity{"token:admin", core::Scope::admin};
  if (token == "client-token") return core::Identity{"token:client", core::Scope::client};
  return std::nullopt;
}

std::optional<core::Identity> FixedAuthenticator::by_uid(std::uint32_t uid) {
  if (uid != platform::current_uid()) return std::nullopt;
  return core::Identity{fmt::format("uid:{}", uid), core::Scope::client};
}

FrontThread::FrontThread(http::FrontOptions options) {
  raise_descriptor_limit();
  std::string pattern = testing::TempDir() + "front-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = pattern;
  socket_path_ = folder_ + "/berth.sock";
  std::promise<void> ready;
  thread_ = std::thread([this, &ready, options = std::move(options)] { run(options, ready); });
  ready.get_future().get();
}

FrontThread::~FrontThread() {
  loop_->stop();
  thread_.join();
  (void)platform::remove_folder(folder_);
}

void FrontThread::run(http::FrontOptions options, std::promise<void>& ready) {
  loop::Loop loop;
  http::Front front(loop, authenticator_, std::move(options));
  add_routes(front.router());
  loop_ = &loop;
  front_ = &front;
  const auto port = front.listen_tcp("127.0.0.1", 0);
  const auto local = front.listen_local(socket_path_, 0600);
  if (!port || !local) {
    ready.set_exception(std::make_exception_ptr(std::runtime_error("listening failed")));
    return;
  }
  port_ = *port;
  ready.set_value();
  loop.run();
  kept.clear();
}

void FrontThread::add_routes(http::Router& router) {
  const auto open = [&](Method method, const std::string& pattern,
                        const std::function<void(std::shared_ptr<Exchange>)>& handler,
                        http::RouteOptions options = {.access = Access::open}) {
    router.add(method, pattern, options, [this, handler](std::shared_ptr<Exchange> exchange) {
      handled.push_back(exchange->request().path);
      handler(std::move(exchange));
    });
  };
  const auto text = [](std::string body) {
    return Response::of(200, "text/plain", std::move(body));
  };
  const auto keep = [this](std::shared_ptr<Exchange> exchange) {
    kept.push_back(std::move(exchange));
  };
  const auto who = [text](const std::shared_ptr<Exchange>& exchange) {
    exchange->respond(text(exchange->caller().identity.principal + " " +
                           exchange->caller().client_id + " " + exchange->request().peer));
  };
  open(Method::get, "/hello", [text](auto exchange) { exchange->respond(text("hello")); });
  open(Method::get, "/hello/{n}",
       [text](auto exchange) { exchange->respond(text(exchange->request().parameter("n"))); });
  open(Method::post, "/echo",
       [text](auto exchange) { exchange->respond(text(std::move(exchange->request().body))); });
  open(Method::post, "/big",
       [text](auto exchange) {
         exchange->respond(text(std::to_string(exchange->request().body.size())));
       },
       {.access = Access::client, .body_bytes = 32U << 20U});
  open(Method::get, "/who", who, {.access = Access::client});
  open(Method::post, "/who", who, {.access = Access::client});
  open(Method::get, "/root", who, {.access = Access::admin});
  open(Method::get, "/health", [text](auto exchange) { exchange->respond(text("ok")); },
       {.access = Access::open, .while_draining = true});
  open(Method::get, "/later", keep);
  open(Method::get, "/stream", keep);
  open(Method::get, "/upgrade", keep);
  open(Method::get, "/size/{bytes}", [text](auto exchange) {
    exchange->respond(text(std::string(std::stoul(exchange->request().parameter("bytes")), 'x')));
  });
  open(Method::get, "/header", [](auto exchange) {
    exchange->respond(
        Response::no_content().with("X-Value", exchange->request().query.one("value")->value()));
  });
  open(Method::get, "/throws", [](auto) { throw std::runtime_error("on purpose"); });
  open(Method::get, "/drops", [](auto) {});
}

void FrontThread::on_loop(const std::function<void(http::Front&)>& work) {
  std::promise<void> done;
  loop_->post([&] {
    work(*front_);
    done.set_value();
  });
  done.get_future().get();
}

http::Statistics FrontThread::statistics() {
  return from_loop<http::Statistics>([](http::Front& front) { return front.statistics(); });
}

bool FrontThread::wait_until(const std::function<bool(http::Front&)>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + SocketClient::kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (from_loop<bool>(condition)) return true;
    std::this_thread::yield();
  }
  return false;
}

bool FrontThread::wait_kept(std::size_t count) {
  return wait_until([&](http::Front&) { return kept.size() >= count; });
}

std::string get(const std::string& target, const std::string& fields) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n{}\r\n", target, fields);
}

std::string post(const std::string& target, const std::string& body, const std::string& fields) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n{}\r\n{}",
                     target, body.size(), fields, body);
}

}  // namespace berth::test
