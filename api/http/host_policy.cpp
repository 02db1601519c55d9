#include "api/http/host_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/http/syntax.h"

namespace berth::http {
namespace {

constexpr std::array<std::string_view, 3> kLoopbackNames{"localhost", "127.0.0.1", "[::1]"};

bool is_name_byte(char c) {
  return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '.' || c == '-' ||
         c == '_';
}

bool is_address_byte(char c) {
  return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f') || c == '.' || c == ':';
}

}  // namespace

std::optional<std::string> host_of_authority(std::string_view authority) {
  std::size_t end = 0;
  if (authority.starts_with('[')) {
    const std::size_t bracket = authority.find(']');
    if (bracket == std::string_view::npos || bracket < 3 ||
        !std::ranges::all_of(authority.substr(1, bracket - 1), is_address_byte)) {
      return std::nullopt;
    }
    end = bracket + 1;
  } else {
    end = std::min(authority.find(':'), authority.size());
    if (end == 0 || !std::ranges::all_of(authority.substr(0, end), is_name_byte)) {
      return std::nullopt;
    }
  }
  const std::string_view port = authority.substr(end);
  const bool port_valid = port.empty() || (port.front() == ':' && port.size() <= 6 &&
                                           std::ranges::all_of(port.substr(1), is_digit));
  if (!port_valid) return std::nullopt;
  return to_lower(authority.substr(0, end));
}

HostPolicy::HostPolicy(const std::vector<std::string>& hosts,
                       const std::vector<std::string>& origins)
    : hosts_(kLoopbackNames.begin(), kLoopbackNames.end()) {
  for (const auto& host : hosts) hosts_.insert(to_lower(host));
  for (const auto& origin : origins) origins_.insert(to_lower(origin));
}

void HostPolicy::add_listener(const std::string& address, std::uint16_t port) {
  for (const auto name : kLoopbackNames) origins_.insert(fmt::format("http://{}:{}", name, port));
  if (address == "0.0.0.0" || address == "::") return;
  hosts_.insert(address.find(':') == std::string::npos ? address
                                                       : fmt::format("[{}]", to_lower(address)));
}

bool HostPolicy::origin_allowed(std::string_view origin) const {
  return origins_.contains(to_lower(origin));
}

}  // namespace berth::http
