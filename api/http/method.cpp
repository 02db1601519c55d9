#include "api/http/method.h"

#include <array>
#include <utility>

namespace berth::http {
namespace {

constexpr std::array<std::pair<Method, std::string_view>, 7> kMethods{{
    {Method::get, "GET"},
    {Method::head, "HEAD"},
    {Method::post, "POST"},
    {Method::put, "PUT"},
    {Method::patch, "PATCH"},
    {Method::remove, "DELETE"},
    {Method::options, "OPTIONS"},
}};

}  // namespace

std::string_view to_string(Method method) {
  for (const auto& [known, name] : kMethods) {
    if (known == method) return name;
  }
  return {};
}

std::optional<Method> parse_method(std::string_view token) {
  for (const auto& [method, name] : kMethods) {
    if (name == token) return method;  // case-sensitive: RFC 9110 section 9.1
  }
  return std::nullopt;
}

}  // namespace berth::http
