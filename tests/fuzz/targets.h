#pragma once

#include <string_view>

/// What takes bytes from strangers, each as a function of any bytes at all: it must neither break
/// nor contradict itself. libFuzzer calls them with what it makes up (libfuzzer_main.cpp), the
/// ordinary tests with the kept inputs (corpus_test.cpp). They throw when a promise is broken.
namespace berth::fuzz {

void json_scan(std::string_view input);
void mcp_message(std::string_view input);
void websocket_frame(std::string_view input);
void http_request(std::string_view input);

/// Throws std::logic_error naming the promise unless it holds.
void require(bool holds, const char* promise);

/// Some inputs say by their first byte in what pieces the rest comes: 1 to 256 bytes.
struct Pieces {
  explicit Pieces(std::string_view input);
  std::string_view bytes;
  std::size_t size = 1;
};

}  // namespace berth::fuzz
