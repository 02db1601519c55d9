#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "service/loop/stream.h"

namespace berth::loop {

/// One attempt to connect. Destroying it gives up; after that no callback comes. Loop thread.
class Connector {
 public:
  using Done = std::function<void(core::Result<std::unique_ptr<Stream>>)>;

  static std::unique_ptr<Connector> local(Loop& loop, const std::string& path, Done done);
  static std::unique_ptr<Connector> tcp(Loop& loop, const std::string& address, std::uint16_t port,
                                        Done done);
  ~Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

 private:
  struct Attempt;
  explicit Connector(Attempt* attempt) : attempt_(attempt) {}

  Attempt* attempt_;  // deletes itself once libuv has called back
};

}  // namespace berth::loop
