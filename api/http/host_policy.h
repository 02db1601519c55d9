#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace berth::http {

/// `host[:port]` of a Host field: the host in lower case, an IPv6 address in its brackets. Nothing
/// if it is not one.
std::optional<std::string> host_of_authority(std::string_view authority);

/// Which names the service answers to, and which web pages may call it. Without this a page could
/// point a name of its own at 127.0.0.1 and talk to the service as if it were its own server (DNS
/// rebinding).
class HostPolicy {
 public:
  /// `hosts` without ports, beside localhost, 127.0.0.1 and [::1]; `origins` as
  /// `https://name:port`, beside the loopback names on the ports listened on.
  HostPolicy(const std::vector<std::string>& hosts, const std::vector<std::string>& origins);

  /// An address that is listened on is a name too, unless it stands for all of them.
  void add_listener(const std::string& address, std::uint16_t port);

  /// Any port: what a client calls it by may have been forwarded.
  bool host_allowed(std::string_view host) const { return hosts_.contains(std::string(host)); }
  bool origin_allowed(std::string_view origin) const;

 private:
  std::set<std::string> hosts_;
  std::set<std::string> origins_;
};

}  // namespace berth::http
