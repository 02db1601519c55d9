#include "api/http/target.h"

#include <Poco/URI.h>
#include <fmt/format.h>

#include <algorithm>

#include "api/http/syntax.h"
#include "service/core/text.h"

namespace berth::http {
namespace {

constexpr std::size_t kMaxParameters = 256;
constexpr std::size_t kMaxSegments = 64;

bool decode(std::string_view text, std::string& out) {
  return core::percent_decode(text, out) && out.find('\0') == std::string::npos &&
         core::is_valid_utf8(out);
}

Accepted<std::vector<std::string>> parse_path(std::string_view path) {
  std::vector<std::string> segments;
  path.remove_prefix(1);  // the leading '/'
  while (true) {
    const std::size_t slash = path.find('/');
    std::string segment;
    if (!decode(path.substr(0, slash), segment)) {
      return refuse_malformed("The path has a malformed escape or is not UTF-8");
    }
    if (segment == "." || segment == "..") {
      return refuse_malformed("The path has a dot segment");
    }
    if (segments.size() == kMaxSegments) return refuse_malformed("The path has too many segments");
    segments.push_back(std::move(segment));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

Accepted<Query> parse_query(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> items;
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    std::string part(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (part.empty()) continue;
    std::ranges::replace(part, '+', ' ');
    const std::size_t equals = part.find('=');
    const std::string_view all = part;
    std::string name;
    std::string value;
    if (!decode(all.substr(0, equals), name) ||
        !decode(equals == std::string::npos ? std::string_view() : all.substr(equals + 1), value)) {
      return refuse_malformed("The query has a malformed escape or is not UTF-8");
    }
    if (items.size() == kMaxParameters)
      return refuse_malformed("The query has too many parameters");
    items.emplace_back(std::move(name), std::move(value));
  }
  return Query(std::move(items));
}

/// `http://host/path?query` to `/path?query`.
Accepted<std::string> to_origin_form(const Head& head, const std::string& target) {
  try {
    const Poco::URI uri(target);
    const auto host = field(*head.message, "Host");
    const bool ours = uri.getScheme() == "http" || uri.getScheme() == "https";
    const std::size_t authority = target.find("//") + 2;
    const std::string_view named = std::string_view(target).substr(
        authority, target.find_first_of("/?", authority) - authority);
    if (!ours || named.empty() || (host && !equal_ignoring_case(named, *host))) {
      return refuse_malformed("The target's authority is not the one that Host names");
    }
    const std::string path = target.substr(authority + named.size());
    return path.starts_with('/') ? path : "/" + path;
  } catch (const Poco::Exception&) {
    return refuse_malformed("The request target is not a URI");
  }
}

}  // namespace

core::Result<std::optional<std::string>> Query::one(std::string_view name) const {
  std::optional<std::string> found;
  for (const auto& [key, value] : items_) {
    if (key != name) continue;
    if (found) {
      return core::fail(core::ErrorCode::invalid_argument,
                        fmt::format("{} may be given once only", name), std::string(name));
    }
    found = value;
  }
  return found;
}

std::vector<std::string> Query::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : items_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

core::Result<void> Query::only(std::initializer_list<std::string_view> known) const {
  for (const auto& [key, value] : items_) {
    if (std::ranges::find(known, key) == known.end()) {
      return core::fail(core::ErrorCode::invalid_argument,
                        fmt::format("There is no query parameter {}", key), key);
    }
  }
  return {};
}

Accepted<Target> parse_target(const Head& head) {
  std::string text = head.message->getURI();
  if (text == "*" && head.method == Method::options) return Target{text, {}, {}};
  if (!text.starts_with('/')) {
    if (text.find("://") == std::string::npos) {
      return refuse_malformed("The request target must begin with a slash");
    }
    auto origin_form = to_origin_form(head, text);
    if (!origin_form) return tl::unexpected(origin_form.error());
    text = std::move(*origin_form);
  }
  const std::size_t mark = text.find('?');
  const std::string_view whole = text;
  auto segments = parse_path(whole.substr(0, mark));
  if (!segments) return tl::unexpected(segments.error());
  auto query = parse_query(mark == std::string::npos ? std::string_view() : whole.substr(mark + 1));
  if (!query) return tl::unexpected(query.error());
  return Target{text.substr(0, mark), std::move(*segments), std::move(*query)};
}

}  // namespace berth::http
