#include "service/events/gzip.h"

#include <zlib.h>

#include <array>
#include <stdexcept>

namespace berth::events {
namespace {

/// One compressor a thread; it keeps nothing between two pieces.
class Deflater {
 public:
  Deflater() {
    constexpr int kRaw = -15;  // without header and trailer
    constexpr int kMemory = 8;
    if (deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, kRaw, kMemory, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
      throw std::runtime_error("no compressor can be made");
    }
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void append(std::string& to, std::string_view text) {
    // zlib reads only, but for historical reasons does not say so.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    std::array<Bytef, 16 * 1024> buffer;
    do {
      stream_.next_out = buffer.data();
      stream_.avail_out = static_cast<uInt>(buffer.size());
      deflate(&stream_, Z_FULL_FLUSH);
      to.append(reinterpret_cast<const char*>(buffer.data()), buffer.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

 private:
  z_stream stream_{};
};

}  // namespace

std::string_view gzip_header() {
  // RFC 1952, 2.3: deflate, no name, no time, unknown system.
  static constexpr std::array<char, 10> kHeader{'\x1f', '\x8b', 8, 0, 0, 0, 0, 0, 0, '\xff'};
  return {kHeader.data(), kHeader.size()};
}

void append_gzip(std::string& to, std::string_view text) {
  thread_local Deflater deflater;
  deflater.append(to, text);
}

}  // namespace berth::events
