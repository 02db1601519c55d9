#include "service/net/link_upgrade.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "service/core/text.h"
#include "service/net/link_frame.h"

namespace berth::net {
namespace {

constexpr std::string_view kEndOfHead = "\r\n\r\n";

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// The value of a header of `head` (status line and header lines, CRLF between them).
std::string_view header(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;) {
    const std::size_t begin = at + 2;
    at = head.find("\r\n", begin);
    const std::string_view line =
        head.substr(begin, at == std::string_view::npos ? at : at - begin);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && equal_ignoring_case(line.substr(0, colon), name)) {
      return trimmed(line.substr(colon + 1));
    }
  }
  return {};
}

/// 0 if `head` does not begin with an HTTP/1.1 status line.
int status_of(std::string_view head) {
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  if (!head.starts_with(kVersion) || head.size() < kVersion.size() + 3) return 0;
  int status = 0;
  const char* digits = head.data() + kVersion.size();
  const auto [end, error] = std::from_chars(digits, digits + 3, status);
  return error == std::errc() && end == digits + 3 ? status : 0;
}

core::ErrorCode code_of(int status) {
  if (status == 401) return core::ErrorCode::unauthenticated;
  if (status == 403) return core::ErrorCode::permission_denied;
  if (status == 404) return core::ErrorCode::unsupported;
  return core::ErrorCode::unavailable;
}

std::string_view hint_for(int status) {
  if (status != 401) return {};
  return ": it does not know the token; BERTH_TOKEN must be what client.token in its data folder "
         "holds";
}

}  // namespace

std::string upgrade_request(const LinkUpgrade& upgrade) {
  std::string out = "GET /bridge";
  if (!upgrade.upstream.empty()) out += "/" + core::percent_encode(upgrade.upstream);
  fmt::format_to(std::back_inserter(out),
                 " HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: {}\r\n"
                 "Berth-Client-Id: {}\r\n",
                 upgrade.host, kLinkProtocol, upgrade.client_id);
  if (!upgrade.cwd.empty()) {
    fmt::format_to(std::back_inserter(out), "Berth-Cwd: {}\r\n", core::percent_encode(upgrade.cwd));
  }
  if (!upgrade.token.empty()) {
    fmt::format_to(std::back_inserter(out), "Authorization: Bearer {}\r\n", upgrade.token);
  }
  return out += "\r\n";
}

core::Result<bool> UpgradeResponse::feed(std::string_view bytes) {
  rest_ += bytes;
  const std::size_t end = rest_.find(kEndOfHead);
  if (std::min(end, rest_.size()) > kMaxUpgradeHead) {
    return core::fail(core::ErrorCode::too_large, "the answer to the bridge upgrade is too long");
  }
  if (end == std::string::npos) return false;
  const std::string_view head = std::string_view(rest_).substr(0, end);
  const int status = status_of(head);
  if (status == 0) {
    return core::fail(core::ErrorCode::unavailable, "what answers there does not speak HTTP/1.1");
  }
  if (status != 101) {
    return core::fail(code_of(status),
                      fmt::format("the service answered the bridge upgrade with HTTP {}{}", status,
                                  hint_for(status)));
  }
  if (!equal_ignoring_case(header(head, "Upgrade"), kLinkProtocol)) {
    return core::fail(core::ErrorCode::unavailable,
                      fmt::format("the service did not upgrade to {}", kLinkProtocol));
  }
  rest_.erase(0, end + kEndOfHead.size());
  return true;
}

}  // namespace berth::net
