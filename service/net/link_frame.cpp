#include "service/net/link_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "service/core/json.h"
#include "service/core/json_scan.h"

namespace berth::net {
namespace {

bool parse_number(std::string_view text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

void append_numbered(std::string& out, LinkFrameKind kind, std::uint64_t number) {
  fmt::format_to(std::back_inserter(out), "{} {}\n", static_cast<char>(kind), number);
}

/// A line without its newline. Nothing if it is no frame of this protocol.
std::optional<LinkFrame> parse_frame(std::string_view line) {
  if (line.size() < 3 || line[1] != ' ') return std::nullopt;
  LinkFrame frame;
  frame.kind = static_cast<LinkFrameKind>(line[0]);
  std::string_view rest = line.substr(2);
  switch (frame.kind) {
    case LinkFrameKind::hello:
    case LinkFrameKind::goodbye:
      frame.json = rest;
      return frame;
    case LinkFrameKind::message: {
      const std::size_t space = rest.find(' ');
      if (space == std::string_view::npos || !parse_number(rest.substr(0, space), frame.number)) {
        return std::nullopt;
      }
      frame.json = rest.substr(space + 1);
      if (frame.number == 0 || frame.json.empty()) return std::nullopt;
      return frame;
    }
    case LinkFrameKind::acknowledge:
    case LinkFrameKind::ping:
    case LinkFrameKind::pong:
      if (!parse_number(rest, frame.number)) return std::nullopt;
      return frame;
  }
  return std::nullopt;
}

/// A member that is a whole number of at most 64 bits; 0 if it is absent.
core::Result<std::uint64_t> number_member(const core::JsonObject& object, std::string_view key) {
  const core::JsonMember* member = object.find(key);
  if (member == nullptr) return 0;
  std::uint64_t number = 0;
  if (member->kind != core::JsonKind::number || !parse_number(member->raw, number)) {
    return core::fail(core::ErrorCode::invalid_argument,
                      fmt::format("{} must be a whole number", key), std::string(key));
  }
  return number;
}

bool flag_member(const core::JsonObject& object, std::string_view key, bool otherwise) {
  const core::JsonMember* member = object.find(key);
  return member == nullptr ? otherwise : member->raw == "true";
}

void append_hello(std::string& out, const core::JsonWriter& json) {
  fmt::format_to(std::back_inserter(out), "H {}\n", json.view());
}

}  // namespace

core::Result<std::optional<LinkFrame>> LinkDecoder::next() {
  if (broken_) return core::fail(*broken_);
  const std::optional<LineReader::Line> line = lines_.next();
  if (!line) return std::nullopt;
  if (line->too_long) return fail(core::ErrorCode::too_large, "a frame is too long");
  const std::optional<LinkFrame> frame = parse_frame(line->text);
  if (!frame) {
    return fail(core::ErrorCode::invalid_argument, "a line is not a frame of berth-bridge/1");
  }
  if (frame->json.size() > kMaxLinkMessage) {
    return fail(core::ErrorCode::too_large,
                fmt::format("a message is longer than {} bytes", kMaxLinkMessage));
  }
  return frame;
}

core::Result<std::optional<LinkFrame>> LinkDecoder::fail(core::ErrorCode code, std::string what) {
  broken_ = core::Error{code, std::move(what), {}, std::nullopt};
  lines_ = LineReader(0);
  return core::fail(*broken_);
}

void append_message(std::string& out, std::uint64_t number, std::string_view json) {
  out.reserve(out.size() + json.size() + kMaxLinkHeader);
  fmt::format_to(std::back_inserter(out), "M {} ", number);
  const std::size_t start = out.size();
  out.append(json);
  // In valid JSON a raw line end can only stand between tokens, where a space means the same.
  if (json.find('\n') != std::string_view::npos) {
    std::replace(out.begin() + static_cast<std::ptrdiff_t>(start), out.end(), '\n', ' ');
  }
  out.push_back('\n');
}

void append_acknowledge(std::string& out, std::uint64_t number) {
  append_numbered(out, LinkFrameKind::acknowledge, number);
}

void append_ping(std::string& out, std::uint64_t number) {
  append_numbered(out, LinkFrameKind::ping, number);
}

void append_pong(std::string& out, std::uint64_t number) {
  append_numbered(out, LinkFrameKind::pong, number);
}

void append_bridge_hello(std::string& out, const LinkHello& hello) {
  core::JsonWriter json;
  json.begin_object()
      .member("version", std::string_view(hello.version))
      .member("client_id", std::string_view(hello.client_id))
      .member("received", hello.received)
      .member("epoch", std::string_view(hello.epoch))
      .end_object();
  append_hello(out, json);
}

void append_service_hello(std::string& out, const LinkHello& hello) {
  core::JsonWriter json;
  json.begin_object()
      .member("version", std::string_view(hello.version))
      .member("epoch", std::string_view(hello.epoch))
      .member("received", hello.received)
      .member("resumed", hello.resumed)
      .end_object();
  append_hello(out, json);
}

core::Result<LinkHello> parse_hello(std::string_view json) {
  const auto object = core::scan_object(json);
  if (!object) return core::fail(object.error());
  const auto received = number_member(*object, "received");
  if (!received) return core::fail(received.error());
  LinkHello hello;
  hello.version = object->string("version").value_or("");
  hello.client_id = object->string("client_id").value_or("");
  hello.epoch = object->string("epoch").value_or("");
  hello.received = *received;
  hello.resumed = flag_member(*object, "resumed", false);
  if (hello.version != kLinkVersion) {
    return core::fail(core::ErrorCode::unsupported,
                      fmt::format("the other side speaks version \"{}\" of the bridge link, this "
                                  "one version {}",
                                  hello.version, kLinkVersion),
                      "version");
  }
  return hello;
}

void append_goodbye(std::string& out, const LinkGoodbye& goodbye) {
  core::JsonWriter json;
  json.begin_object()
      .member("reason", std::string_view(goodbye.reason))
      .member("reconnect", goodbye.reconnect)
      .end_object();
  fmt::format_to(std::back_inserter(out), "X {}\n", json.view());
}

core::Result<LinkGoodbye> parse_goodbye(std::string_view json) {
  const auto object = core::scan_object(json);
  if (!object) return core::fail(object.error());
  return LinkGoodbye{object->string("reason").value_or(""),
                     flag_member(*object, "reconnect", true)};
}

}  // namespace berth::net
