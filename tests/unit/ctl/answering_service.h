#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "service/loop/listener.h"
#include "service/loop/loop.h"
#include "service/loop/stream.h"
#include "service/platform/files.h"
#include "tests/support/temporary_folder.h"

namespace berth::ctl {

/// A service that answers each request with the same bytes, on a local socket and on TCP, in a
/// thread of its own because its clients block.
class AnsweringService {
 public:
  explicit AnsweringService(std::string answer) : answer_(std::move(answer)) {
    const auto accept = [this](std::unique_ptr<loop::Stream> stream) { serve(std::move(stream)); };
    local_ = std::move(*loop::Listener::local(loop_, folder_.file("berth.sock"), 0600, accept));
    tcp_ = std::move(*loop::Listener::tcp(loop_, "127.0.0.1", 0, accept));
    port_ = tcp_->port();
    (void)platform::write_file_atomically(folder_.file("endpoint.json"),
                                          R"({"socket":")" + folder_.file("berth.sock") + R"("})",
                                          0600);
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~AnsweringService() {
    loop_.stop();
    thread_.join();
  }
  AnsweringService(const AnsweringService&) = delete;
  AnsweringService& operator=(const AnsweringService&) = delete;

  const std::string& runtime_dir() const { return folder_.path(); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// The last request; complete once its answer has come.
  std::string request() const {
    const std::lock_guard lock(mutex_);
    return request_;
  }

 private:
  void serve(std::unique_ptr<loop::Stream> stream) {
    stream_ = std::move(stream);
    take({}, true);
    stream_->start_reading(
        [this](std::string_view bytes) {
          if (take(bytes, false)) stream_->write(answer_);
        },
        [](const std::optional<core::Error>&) {});
  }

  /// True once the request is complete.
  bool take(std::string_view bytes, bool first) {
    const std::lock_guard lock(mutex_);
    if (first) request_.clear();
    request_ += bytes;
    return request_.ends_with("\r\n\r\n");
  }

  std::string answer_;
  support::TemporaryFolder folder_;
  loop::Loop loop_;
  std::unique_ptr<loop::Listener> local_;
  std::unique_ptr<loop::Listener> tcp_;
  std::unique_ptr<loop::Stream> stream_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::string request_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace berth::ctl
