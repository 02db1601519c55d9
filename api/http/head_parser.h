#pragma once

#include <Poco/Net/HTTPRequest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/limits.h"
#include "api/http/method.h"
#include "api/http/refusal.h"

namespace berth::http {

/// How the end of a request's body is found (RFC 9112 section 6.3).
struct Framing {
  enum class Kind { none, length, chunked };
  Kind kind = Kind::none;
  std::uint64_t length = 0;

  bool has_body() const { return kind == Kind::chunked || length > 0; }
};

/// A request head that has been checked; from here on only this is looked at, never the raw bytes.
struct Head {
  std::unique_ptr<Poco::Net::HTTPRequest> message;  ///< method, target, version and fields
  Method method = Method::get;
  Framing framing;
  bool http_1_0 = false;
  bool keep_alive = true;
  bool expects_continue = false;
};

/// Finds the end of a head in bytes that come in pieces and refuses at the first byte that can't be
/// part of one (bare CR or LF, control characters, too many, too long), so that garbage is answered
/// at once instead of after the deadline. Each byte is looked at once.
class HeadScanner {
 public:
  explicit HeadScanner(const FrontLimits& limits) : limits_(limits) {}

  /// `bytes` is all that has come of this head so far. The head's length with its empty line, or 0
  /// while it is not complete.
  Accepted<std::size_t> scan(std::string_view bytes);

  void reset() { seen_ = line_start_ = lines_ = 0; }

 private:
  const FrontLimits& limits_;
  std::size_t seen_ = 0;
  std::size_t line_start_ = 0;
  std::size_t lines_ = 0;
};

/// Checks a complete head by RFC 9112, stricter where leniency would let two servers disagree about
/// where a request ends: one Host, one Content-Length of digits only, never with Transfer-Encoding,
/// `chunked` alone, no folding, no space before a colon.
Accepted<Head> parse_head(std::string_view bytes, const FrontLimits& limits);

/// The only value of a field, nothing if it is absent.
std::optional<std::string_view> field(const Poco::Net::HTTPRequest& message,
                                      const std::string& name);

}  // namespace berth::http
