#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "service/core/error.h"

/// The HTTP/1.1 upgrade that opens a bridge link, as the bridge sees it (see link_frame.h). Written
/// out by hand: it is one request and one head, and a bridge that links no HTTP library starts in
/// a few milliseconds.
namespace berth::net {

struct LinkUpgrade {
  std::string host;      ///< `localhost` for a local socket, else `address:port`
  std::string upstream;  ///< one upstream alone; empty = everything
  std::string client_id;
  std::string cwd;    ///< decoded; empty = not told
  std::string token;  ///< empty = authorised by peer identity
};

std::string upgrade_request(const LinkUpgrade& upgrade);

/// Largest response head that is read.
inline constexpr std::size_t kMaxUpgradeHead = 16U << 10U;

/// Reads the head of the answer. One thread.
class UpgradeResponse {
 public:
  /// True once the link is open; false if more bytes are needed. Errors: unauthenticated and
  /// permission_denied (401, 403: the service refuses us), unsupported (404: it has no such link),
  /// too_large, else unavailable.
  core::Result<bool> feed(std::string_view bytes);

  /// What came after the head: the first bytes of the link.
  std::string take_rest() { return std::move(rest_); }

 private:
  std::string rest_;
};

}  // namespace berth::net
