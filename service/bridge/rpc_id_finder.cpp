#include "service/bridge/rpc_id_finder.h"

#include <utility>

namespace berth::bridge {

void RpcIdFinder::feed(std::string_view bytes) {
  for (const char c : bytes) {
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
      if (depth_ == 1 && text_.size() <= kMaxIdBytes) text_ += c;
    } else {
      outside_strings(c);
    }
  }
}

void RpcIdFinder::outside_strings(char c) {
  const bool outermost = depth_ == 1;
  switch (c) {
    case '"':
      in_string_ = true;
      break;
    case '{':
    case '[':
      ++depth_;
      return text_.clear();
    case '}':
    case ']':
    case ',':
      if (outermost && in_value_ && key_ == "\"id\"" && !text_.empty() &&
          text_.size() <= kMaxIdBytes) {
        id_ = text_;
      }
      if (outermost) in_value_ = false;
      if (c != ',' && depth_ > 0) --depth_;
      return text_.clear();
    case ':':
      if (!outermost) return;
      in_value_ = true;
      key_ = std::exchange(text_, {});
      return;
    case ' ':
    case '\t':
    case '\r':
      return;
    default:
      break;
  }
  if (outermost && text_.size() <= kMaxIdBytes) text_ += c;
}

std::string RpcIdFinder::take() {
  std::string id = std::exchange(id_, {});
  *this = RpcIdFinder();
  const bool usable = !id.empty() && (id.front() == '"' || id.front() == '-' ||
                                      (id.front() >= '0' && id.front() <= '9'));
  return usable ? id : std::string();
}

}  // namespace berth::bridge
