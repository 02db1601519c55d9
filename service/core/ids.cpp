#include "service/core/ids.h"

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <span>

namespace berth::core {
namespace {

constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";

std::string base32(std::span<const std::uint8_t> bytes) {
  std::string out;
  out.reserve((bytes.size() * 8 + 4) / 5);
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (std::uint8_t byte : bytes) {
    buffer = (buffer << 8U) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out.push_back(kAlphabet[(buffer >> bits) & 31U]);
    }
  }
  if (bits > 0) out.push_back(kAlphabet[(buffer << (5 - bits)) & 31U]);
  return out;
}

template <std::size_t Size>
std::string random_base32() {
  // One source per thread: opening it costs a system call, drawing from it is cheap.
  thread_local std::random_device source;
  std::array<std::uint8_t, Size> bytes{};
  for (std::size_t i = 0; i < Size; i += 4) {
    const std::uint32_t word = source();
    for (std::size_t k = 0; k < 4; ++k) {
      bytes[i + k] = static_cast<std::uint8_t>(word >> (8U * k));
    }
  }
  return base32(bytes);
}

}  // namespace

std::string random_base32_128() {
  return random_base32<16>();
}

std::string random_base32_256() {
  return random_base32<32>();
}

bool is_id(std::string_view text, std::string_view prefix) {
  if (text.size() != prefix.size() + 26 || !text.starts_with(prefix)) return false;
  return text.substr(prefix.size()).find_first_not_of(kAlphabet) == std::string_view::npos;
}

Error malformed_id(std::string_view prefix, std::string_view field) {
  return {ErrorCode::invalid_argument,
          std::string(field) + " must be " + std::string(prefix) + " and 26 characters a-z 2-7",
          std::string(field), std::nullopt};
}

}  // namespace berth::core
