#include "service/core/base64.h"

#include <array>
#include <cstdint>

namespace berth::core {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint32_t byte_at(std::string_view bytes, std::size_t i) {
  return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0;
}

}  // namespace

std::string encode_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::uint32_t bits =
        byte_at(bytes, i) << 16U | byte_at(bytes, i + 1) << 8U | byte_at(bytes, i + 2);
    for (unsigned digit = 0; digit < 4; ++digit) {
      const bool padding = i + digit > bytes.size();
      out.push_back(padding ? '=' : kAlphabet[bits >> (18U - 6U * digit) & 63U]);
    }
  }
  return out;
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  while (!text.empty()) {
    const std::string_view group = text.substr(0, 4);
    text.remove_prefix(4);
    const std::size_t digits = group.find('=') == std::string_view::npos ? 4 : group.find('=');
    const bool padded = digits < 4;
    if (padded && (!text.empty() || digits < 2 ||
                   group.substr(digits).find_first_not_of('=') != std::string_view::npos)) {
      return std::nullopt;
    }
    std::uint32_t bits = 0;
    for (const char c : group.substr(0, digits)) {
      const std::size_t digit = kAlphabet.find(c);
      if (digit == std::string_view::npos) return std::nullopt;
      bits = bits << 6U | static_cast<std::uint32_t>(digit);
    }
    bits <<= 6U * (4 - digits);
    const std::array<char, 3> bytes{static_cast<char>(bits >> 16U & 0xFFU),
                                    static_cast<char>(bits >> 8U & 0xFFU),
                                    static_cast<char>(bits & 0xFFU)};
    const std::size_t count = digits - 1;
    for (std::size_t i = count; i < 3; ++i) {
      if (bytes.at(i) != 0) return std::nullopt;
    }
    out.append(bytes.data(), count);
  }
  return out;
}

}  // namespace berth::core
