#pragma once

#include <Poco/Net/HTTPRequest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/method.h"
#include "api/http/router.h"
#include "api/http/target.h"
#include "service/core/identity.h"

namespace berth::http {

/// A complete request, as a handler sees it.
struct Request {
  Method method = Method::get;
  std::string path;  ///< as sent, without the query
  PathParameters parameters;
  Query query;
  std::string body;
  std::unique_ptr<const Poco::Net::HTTPRequest> message;  ///< all fields
  const Route* route = nullptr;
  /// On an open route without credentials the principal is empty.
  core::Caller caller;
  std::string peer;    ///< `127.0.0.1:5123` or `local:pid=17,uid=1000`
  bool local = false;  ///< came over the Unix socket

  /// A field's value, by its name in any case; of several the first.
  std::optional<std::string_view> header(const std::string& name) const {
    return field(*message, name);
  }
  /// The value of `{name}` in the route's pattern.
  const std::string& parameter(std::string_view name) const {
    return parameters.find(name)->second;
  }
  /// True if the client wants to go on with `protocol` (`websocket`) on this connection.
  bool wants_upgrade(std::string_view protocol) const;
};

}  // namespace berth::http
