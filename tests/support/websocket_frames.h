#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "service/net/websocket_frame.h"

namespace berth::test {

/// How a client's frame may deviate from a good one.
struct FrameForm {
  bool last = true;
  bool masked = true;
  unsigned reserved = 0;                       ///< bits 0x40, 0x20, 0x10 of the first byte
  std::size_t length_bytes = 0;                ///< 2 or 8: written so, however short the payload is
  std::string_view mask = "\x37\xfa\x21\x3d";  ///< that of RFC 6455 section 5.7
};

/// One frame as a client sends it (RFC 6455 section 5.2). `opcode` may be one that there is not.
inline std::string client_frame(unsigned opcode, std::string_view payload, FrameForm form = {}) {
  std::string frame(1, static_cast<char>((form.last ? 0x80U : 0U) | form.reserved | opcode));
  std::size_t length_bytes = form.length_bytes;
  if (length_bytes == 0 && payload.size() > 125) length_bytes = payload.size() > 0xFFFF ? 8 : 2;
  const std::size_t short_length =
      length_bytes == 0 ? payload.size() : std::size_t{length_bytes == 2 ? 126U : 127U};
  frame.push_back(static_cast<char>((form.masked ? 0x80U : 0U) | short_length));
  for (std::size_t i = length_bytes; i-- > 0;) {
    frame.push_back(static_cast<char>(payload.size() >> (8U * i)));
  }
  if (form.masked) frame.append(form.mask);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame.push_back(static_cast<char>(form.masked ? payload[i] ^ form.mask[i % 4] : payload[i]));
  }
  return frame;
}

inline std::string client_frame(net::WebSocketOpcode opcode, std::string_view payload,
                                FrameForm form = {}) {
  return client_frame(static_cast<unsigned>(opcode), payload, form);
}

inline std::string client_text(std::string_view text) {
  return client_frame(net::WebSocketOpcode::text, text);
}

}  // namespace berth::test
