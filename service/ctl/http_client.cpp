#include "service/ctl/http_client.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <fmt/format.h>

#include <array>
#include <istream>
#include <system_error>

namespace berth::ctl {
namespace {

constexpr std::size_t kMaxBody = 64U << 20U;

Poco::Net::SocketAddress address_of(const client::Target& target) {
  if (target.socket.empty()) return {target.address, target.port};
  return {Poco::Net::SocketAddress::UNIX_LOCAL, target.socket};
}

core::Result<std::string> read_body(std::istream& stream) {
  std::string body;
  std::array<char, 64 * 1024> block{};
  while (stream.read(block.data(), block.size()) || stream.gcount() > 0) {
    body.append(block.data(), static_cast<std::size_t>(stream.gcount()));
    if (body.size() > kMaxBody) {
      return core::fail(core::ErrorCode::too_large, "the service's answer is too long");
    }
  }
  return body;
}

}  // namespace

core::Result<HttpAnswer> http_get(const client::Target& target, const std::string& path,
                                  std::chrono::milliseconds limit) {
  using Poco::Net::HTTPMessage;
  const Poco::Timespan timeout(limit.count() * 1000);
  try {
    Poco::Net::StreamSocket socket;
    socket.connect(address_of(target), timeout);
    // A session applies its own time-outs only to sockets that it connects itself.
    socket.setReceiveTimeout(timeout);
    socket.setSendTimeout(timeout);
    Poco::Net::HTTPClientSession session(socket);
    Poco::Net::HTTPRequest request(Poco::Net::HTTPRequest::HTTP_GET, path, HTTPMessage::HTTP_1_1);
    request.setHost(target.host_header());
    request.set("Accept", "application/json");
    if (!target.token.empty()) request.set("Authorization", "Bearer " + target.token);
    session.sendRequest(request);
    Poco::Net::HTTPResponse response;
    auto body = read_body(session.receiveResponse(response));
    if (!body) return core::fail(body.error());
    return HttpAnswer{static_cast<int>(response.getStatus()), std::move(*body)};
  } catch (const Poco::Net::ConnectionRefusedException& error) {
    return core::fail(core::ErrorCode::not_found, error.displayText());
  } catch (const Poco::FileNotFoundException& error) {
    return core::fail(core::ErrorCode::not_found, error.displayText());
  } catch (const Poco::NoPermissionException& error) {
    return core::fail(core::ErrorCode::permission_denied, error.displayText());
  } catch (const Poco::Exception& error) {
    // Poco has no exception of its own for a socket file that is not there.
    const bool missing = error.code() == static_cast<int>(std::errc::no_such_file_or_directory);
    return core::fail(missing ? core::ErrorCode::not_found : core::ErrorCode::unavailable,
                      error.displayText());
  }
}

}  // namespace berth::ctl
