#include "api/http/request.h"

#include <algorithm>

#include "api/http/syntax.h"

namespace berth::http {

bool Request::wants_upgrade(std::string_view protocol) const {
  // RFC 9110 section 7.8: HTTP/1.0 has no upgrade. A HEAD comes to the handler of GET.
  if (method != Method::get || message->getVersion() != Poco::Net::HTTPMessage::HTTP_1_1) {
    return false;
  }
  const auto lists = [&](std::string_view name, std::string_view token) {
    return std::ranges::any_of(*message, [&](const auto& entry) {
      return equal_ignoring_case(entry.first, name) && list_contains(entry.second, token);
    });
  };
  return lists("Connection", "upgrade") && lists("Upgrade", protocol);
}

}  // namespace berth::http
