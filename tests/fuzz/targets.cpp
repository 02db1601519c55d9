#include "tests/fuzz/targets.h"

#include <stdexcept>

namespace berth::fuzz {

void require(bool holds, const char* promise) {
  if (!holds) throw std::logic_error(promise);
}

Pieces::Pieces(std::string_view input) {
  if (input.empty()) return;
  size = std::size_t{static_cast<unsigned char>(input.front())} + 1;
  bytes = input.substr(1);
}

}  // namespace berth::fuzz
