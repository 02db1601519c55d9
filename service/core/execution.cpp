#include "service/core/execution.h"

namespace berth::core {

Result<void> check(const InputRequest& request) {
  if ((request.rows > 0) != (request.cols > 0)) {
    const char* const missing = request.rows > 0 ? "cols" : "rows";
    return fail(ErrorCode::invalid_argument, std::string(missing) + ": rows and cols come together",
                missing);
  }
  if (request.is_empty() && !request.resizes()) {
    return fail(ErrorCode::invalid_argument,
                "one of text, keys, eof and rows with cols is required");
  }
  return {};
}

}  // namespace berth::core
