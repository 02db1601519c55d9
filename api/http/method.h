#pragma once

#include <optional>
#include <string_view>

namespace berth::http {

enum class Method { get, head, post, put, patch, remove, options };

std::string_view to_string(Method method);  ///< `DELETE` for remove
std::optional<Method> parse_method(std::string_view token);

}  // namespace berth::http
