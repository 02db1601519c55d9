#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::http {

struct HeaderField {
  std::string name;
  std::string value;
};

using Headers = std::vector<HeaderField>;

/// Of server-sent events; a proxy must pass each on at once.
inline Headers event_stream_headers() {
  return {{"Content-Type", "text/event-stream"}, {"X-Accel-Buffering", "no"}};
}

/// What a handler answers. The front adds framing (Content-Length, Connection), Date, Server, the
/// correlation id and the security headers; a handler that sets one of the framing headers, or a
/// name or value that is not valid, is answered for by a 500.
struct Response {
  int status = 200;
  Headers headers;
  std::string body;

  static Response of(int status, std::string content_type, std::string body) {
    return {status, {{"Content-Type", std::move(content_type)}}, std::move(body)};
  }
  static Response json(std::string body, int status = 200) {
    return of(status, "application/json", std::move(body));
  }
  static Response no_content() { return {204, {}, {}}; }

  Response& with(std::string name, std::string value) & {
    headers.push_back({std::move(name), std::move(value)});
    return *this;
  }
  Response&& with(std::string name, std::string value) && {
    headers.push_back({std::move(name), std::move(value)});
    return std::move(*this);
  }
};

}  // namespace berth::http
