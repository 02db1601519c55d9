#include "api/http/head_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/http/syntax.h"

namespace berth::http {
namespace {

using core::ErrorCode;
using Poco::Net::HTTPRequest;

// Method, two spaces and version beside the target.
constexpr std::size_t kRequestLineExtra = 64;

/// Fields that mean something once only. Were two accepted, whoever stands in front of Berth might
/// look at the other one.
constexpr auto kSingleFields = std::to_array<std::string_view>(
    {"Host", "Content-Length", "Transfer-Encoding", "Authorization", "Origin", "Expect",
     "Content-Type", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Berth-Client-Id",
     "Berth-Correlation-Id", "Berth-Cwd"});

tl::unexpected<Refusal> refuse_target(std::size_t limit) {
  return refuse(RefusalReason::too_large, 414, ErrorCode::too_large,
                fmt::format("The request target is longer than {} bytes", limit));
}

tl::unexpected<Refusal> refuse_head(std::string message) {
  return refuse(RefusalReason::too_large, 431, ErrorCode::too_large, std::move(message));
}

Accepted<void> parse_request_line(std::string_view line, const FrontLimits& limits, Head& head) {
  const std::size_t first = line.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) {
    return refuse_malformed("The request line must be method, target and version");
  }
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, second - first - 1);
  const std::string_view version = line.substr(second + 1);

  if (!is_token(method)) return refuse_malformed("The method is not a token");
  if (target.size() > limits.target_bytes) return refuse_target(limits.target_bytes);
  const bool visible = std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7f; });
  if (target.empty() || !visible || target.find('#') != std::string_view::npos) {
    return refuse_malformed("The request target has characters that are not allowed");
  }
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7])) {
    return refuse_malformed("The version must be written HTTP/1.1");
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return refuse(RefusalReason::unsupported, 505, ErrorCode::unsupported,
                  "Only HTTP/1.1 and HTTP/1.0 are spoken here");
  }
  const auto known = parse_method(method);
  if (!known) {
    return refuse(RefusalReason::unsupported, 501, ErrorCode::unsupported,
                  fmt::format("The method {} is not known here", method.substr(0, 32)));
  }
  head.method = *known;
  head.http_1_0 = version == "HTTP/1.0";
  head.message =
      std::make_unique<HTTPRequest>(std::string(method), std::string(target), std::string(version));
  return {};
}

Accepted<void> parse_field_line(std::string_view line, HTTPRequest& message) {
  if (line.front() == ' ' || line.front() == '\t') {
    return refuse_malformed("A header field is folded over several lines");
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return refuse_malformed("A header field has no colon");
  const std::string_view name = line.substr(0, colon);
  if (!is_token(name)) return refuse_malformed("A header field's name is not a token");
  // Filled in field by field rather than with HTTPRequest::read(): that one decodes RFC 2047 words
  // (Poco 1.11), which puts a line break into a value that had none when it was checked.
  message.add(std::string(name), std::string(trim(line.substr(colon + 1))));
  return {};
}

Accepted<void> check_single_fields(const HTTPRequest& message) {
  for (const std::string_view single : kSingleFields) {
    const auto count = std::ranges::count_if(
        message, [&](const auto& entry) { return equal_ignoring_case(entry.first, single); });
    if (count > 1) return refuse_malformed(fmt::format("{} is there more than once", single));
  }
  return {};
}

Accepted<Framing> find_framing(const Head& head) {
  const auto length = field(*head.message, "Content-Length");
  const auto coding = field(*head.message, "Transfer-Encoding");
  if (coding) {
    if (length) return refuse_malformed("Content-Length and Transfer-Encoding exclude each other");
    if (head.http_1_0) return refuse_malformed("HTTP/1.0 has no Transfer-Encoding");
    if (!equal_ignoring_case(*coding, "chunked")) {
      return refuse(RefusalReason::unsupported, 501, ErrorCode::unsupported,
                    "The only transfer coding here is chunked");
    }
    return Framing{Framing::Kind::chunked, 0};
  }
  if (!length) return Framing{};
  if (length->empty() || !std::ranges::all_of(*length, is_digit)) {
    return refuse_malformed("Content-Length must be a number in digits");
  }
  std::uint64_t value = 0;
  for (const char c : *length) {
    if (__builtin_mul_overflow(value, std::uint64_t{10}, &value) ||
        __builtin_add_overflow(value, static_cast<std::uint64_t>(c - '0'), &value)) {
      return refuse(RefusalReason::too_large, 413, ErrorCode::too_large,
                    "The body is larger than any limit here");
    }
  }
  return Framing{Framing::Kind::length, value};
}

bool keeps_alive(const Head& head) {
  bool close = false;
  bool keep = false;
  for (const auto& [name, value] : *head.message) {
    if (!equal_ignoring_case(name, "Connection")) continue;
    close = close || list_contains(value, "close");
    keep = keep || list_contains(value, "keep-alive");
  }
  return !close && (keep || !head.http_1_0);
}

}  // namespace

Accepted<std::size_t> HeadScanner::scan(std::string_view bytes) {
  while (seen_ < bytes.size()) {
    if (seen_ >= limits_.head_bytes) {
      return refuse_head(
          fmt::format("The request head is longer than {} bytes", limits_.head_bytes));
    }
    const std::size_t at = seen_++;
    const char c = bytes[at];
    const bool after_return = at > line_start_ && bytes[at - 1] == '\r';
    if (c == '\n') {
      if (!after_return) return refuse_malformed("A line ends without a carriage return");
      const bool empty_line = at - line_start_ == 1;
      if (empty_line) return seen_;
      line_start_ = seen_;
      // The first line is the request line.
      if (++lines_ > limits_.header_fields + 1) {
        return refuse_head(
            fmt::format("The request has more than {} header fields", limits_.header_fields));
      }
    } else if (after_return) {
      return refuse_malformed("A carriage return is not followed by a line feed");
    } else if (c != '\r' && !is_field_byte(c)) {
      return refuse_malformed("The request head has a control character");
    } else if (lines_ == 0 && at > limits_.target_bytes + kRequestLineExtra) {
      return refuse_target(limits_.target_bytes);
    }
  }
  return 0;
}

std::optional<std::string_view> field(const HTTPRequest& message, const std::string& name) {
  const auto found = message.find(name);
  if (found == message.end()) return std::nullopt;
  return found->second;
}

Accepted<Head> parse_head(std::string_view bytes, const FrontLimits& limits) {
  Head head;
  bool first = true;
  while (true) {
    const std::size_t end = bytes.find("\r\n");
    const std::string_view line = bytes.substr(0, end);
    if (first) {
      if (auto parsed = parse_request_line(line, limits, head); !parsed) {
        return tl::unexpected(parsed.error());
      }
    } else if (line.empty()) {
      break;
    } else if (auto parsed = parse_field_line(line, *head.message); !parsed) {
      return tl::unexpected(parsed.error());
    }
    first = false;
    bytes.remove_prefix(std::min(bytes.size(), end == std::string_view::npos ? end : end + 2));
  }
  if (auto single = check_single_fields(*head.message); !single) {
    return tl::unexpected(single.error());
  }
  if (!head.http_1_0 && !field(*head.message, "Host")) {
    return refuse_malformed("Host is missing");
  }
  auto framing = find_framing(head);
  if (!framing) return tl::unexpected(framing.error());
  head.framing = *framing;
  head.keep_alive = keeps_alive(head);
  if (const auto expectation = field(*head.message, "Expect"); expectation && !head.http_1_0) {
    if (!equal_ignoring_case(*expectation, "100-continue")) {
      return refuse(RefusalReason::unsupported, 417, ErrorCode::unsupported,
                    "The only expectation met here is 100-continue");
    }
    head.expects_continue = true;
  }
  return head;
}

}  // namespace berth::http
