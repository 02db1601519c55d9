#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "service/core/error.h"

namespace berth::core {

/// 128 bits from the system's random source as 26 characters of lower-case base32 (RFC 4648
/// alphabet, no padding).
std::string random_base32_128();

/// 256 bits likewise (52 characters): bearer tokens.
std::string random_base32_256();

/// Checks `text` against `<prefix>` + 26 base32 characters.
bool is_id(std::string_view text, std::string_view prefix);

/// Says what an id with that prefix looks like; `field` is where it was expected.
Error malformed_id(std::string_view prefix, std::string_view field);

/// An identifier of one kind: a job's can't be passed where a session's is wanted. Empty = none.
template <class Kind>
class Id {
 public:
  Id() = default;

  static Id make() { return Id(std::string(Kind::prefix) + random_base32_128()); }

  /// For text from outside; `field` is named in the error.
  static Result<Id> parse(std::string_view text, std::string_view field) {
    if (!is_id(text, Kind::prefix)) return fail(malformed_id(Kind::prefix, field));
    return Id(std::string(text));
  }

  /// For text that Berth wrote itself (database, host protocol).
  static Id trusted(std::string text) { return Id(std::move(text)); }

  const std::string& str() const { return value_; }
  bool empty() const { return value_.empty(); }
  explicit operator bool() const { return !value_.empty(); }

  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  explicit Id(std::string value) : value_(std::move(value)) {}

  std::string value_;
};

struct SessionKind {
  static constexpr std::string_view prefix = "ses_";
};
struct JobKind {
  static constexpr std::string_view prefix = "job_";
};
struct RequestKind {
  static constexpr std::string_view prefix = "req_";
};
struct ConnectionKind {
  static constexpr std::string_view prefix = "con_";
};
struct HostKind {
  static constexpr std::string_view prefix = "hst_";
};
struct CorrelationKind {
  static constexpr std::string_view prefix = "cor_";
};

using SessionId = Id<SessionKind>;
using JobId = Id<JobKind>;
using RequestId = Id<RequestKind>;
using ConnectionId = Id<ConnectionKind>;
using HostId = Id<HostKind>;
using CorrelationId = Id<CorrelationKind>;

}  // namespace berth::core

template <class Kind>
struct std::hash<berth::core::Id<Kind>> {
  std::size_t operator()(const berth::core::Id<Kind>& id) const noexcept {
    return std::hash<std::string>()(id.str());
  }
};
