#include "service/net/websocket_frame.h"

#include <string>
#include <vector>

#include "service/core/text.h"
#include "tests/fuzz/targets.h"
#include "tests/support/websocket_frames.h"

namespace berth::fuzz {
namespace {

constexpr std::size_t kLongest = 4096;

/// What the bytes mean when they come in pieces of `size`, a line for each message or failure.
std::vector<std::string> decode(std::string_view bytes, std::size_t size) {
  net::WebSocketDecoder decoder(kLongest);
  std::vector<std::string> out;
  while (true) {
    const auto input = decoder.next();
    if (!input) {
      require(!decoder.next().has_value(), "a failure stays one");
      out.push_back("failed " + std::to_string(static_cast<int>(input.error().code)));
      return out;
    }
    if (*input) {
      require((*input)->payload.size() <= kLongest, "a message is bounded");
      const bool text = (*input)->kind == net::WebSocketInput::Kind::text ||
                        (*input)->kind == net::WebSocketInput::Kind::close;
      require(!text || core::is_valid_utf8((*input)->payload), "a text is UTF-8");
      out.push_back(std::to_string(static_cast<int>((*input)->kind)) + " " +
                    std::to_string((*input)->close_code) + " " + (*input)->payload);
    } else if (bytes.empty()) {
      return out;
    } else {
      decoder.feed(bytes.substr(0, size));
      bytes.remove_prefix(std::min(size, bytes.size()));
    }
  }
}

}  // namespace

void websocket_frame(std::string_view input) {
  const Pieces pieces(input);
  const std::string_view bytes = pieces.bytes;
  require(decode(bytes, pieces.size) == decode(bytes, bytes.size() + 1),
          "it is the same however the bytes come");
  if (bytes.size() <= kLongest && core::is_valid_utf8(bytes)) {
    const std::vector<std::string> expected{"0 0 " + std::string(bytes)};
    require(decode(test::client_text(bytes), pieces.size) == expected, "a text comes as it went");
    std::string frame;
    net::append_websocket_close(frame, net::CloseCode::normal, bytes);
    require(frame.size() <= 127 && core::is_valid_utf8(std::string_view(frame).substr(4)),
            "a reason fits and is UTF-8");
  }
}

}  // namespace berth::fuzz
