#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace berth::bench {

// A client of an HTTP service on this machine that costs as little as it can, so that the service
// is what is measured. What fails ends the program with a message and status 1.

int connect_to(std::uint16_t port);
void send_all(int fd, std::string_view text);
/// Reads up to the empty line and nothing behind it; anything but 200 ends the program.
void await_head(int fd);

/// `Host` and, unless it is empty, `header` (`Name: value`), each with its line end.
std::string header_lines(const std::string& header);

[[noreturn]] void give_up(std::string_view doing);  ///< with what errno says

/// From some moment on.
std::int64_t now_us();
/// Of this process so far.
double cpu_seconds();

}  // namespace berth::bench
