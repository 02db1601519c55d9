#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/head_parser.h"
#include "api/http/refusal.h"
#include "service/core/error.h"

namespace berth::http {

/// The parameters after the `?`, decoded (`+` is a space), in order; at most 256.
class Query {
 public:
  Query() = default;
  explicit Query(std::vector<std::pair<std::string, std::string>> items)
      : items_(std::move(items)) {}

  /// The value of a parameter that may be there once; invalid_argument if it is there twice.
  core::Result<std::optional<std::string>> one(std::string_view name) const;
  /// Every value of one that may be repeated.
  std::vector<std::string> all(std::string_view name) const;
  /// invalid_argument naming the first parameter that is not among `known`: a misspelt filter must
  /// not silently match everything.
  core::Result<void> only(std::initializer_list<std::string_view> known) const;

  const std::vector<std::pair<std::string, std::string>>& items() const { return items_; }

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

/// What a request asks for (RFC 9112 section 3.2).
struct Target {
  std::string path;                   ///< as sent, without the query; `*` for OPTIONS *
  std::vector<std::string> segments;  ///< decoded, valid UTF-8: `/a/b%2Fc` is `a`, `b/c`
  Query query;
};

/// Origin form, absolute form (its authority must be the same as Host) and `*`. Malformed escapes,
/// encoded NUL, invalid UTF-8 and `.` or `..` segments are refused.
Accepted<Target> parse_target(const Head& head);

}  // namespace berth::http
