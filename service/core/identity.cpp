#include "service/core/identity.h"

namespace berth::core {

std::string_view to_string(Scope scope) {
  return scope == Scope::admin ? "admin" : "client";
}

}  // namespace berth::core
