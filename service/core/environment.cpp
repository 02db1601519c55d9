#include "service/core/environment.h"

#include <fmt/format.h>

#include <string_view>

#include "service/core/text.h"

namespace berth::core {
namespace {

constexpr std::string_view kNameBytes =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

bool is_variable_name(std::string_view name) {
  return !name.empty() && (name.front() < '0' || name.front() > '9') &&
         name.find_first_not_of(kNameBytes) == std::string_view::npos;
}

}  // namespace

Result<void> check_environment(const EnvironmentList& environment) {
  for (const auto& [name, value] : environment) {
    if (!is_variable_name(name)) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("env: \"{}\" is not a variable name", to_readable_text(name)), "env");
    }
    if (value.find('\0') != std::string::npos) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("env: the value of {} holds a NUL byte", name), "env");
    }
  }
  return {};
}

}  // namespace berth::core
