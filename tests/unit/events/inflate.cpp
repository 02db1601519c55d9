#include "tests/unit/events/inflate.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <array>

namespace berth::events {

std::string inflate_stream(std::string_view compressed) {
  z_stream stream{};
  constexpr int kGzip = 15 + 16;
  EXPECT_EQ(inflateInit2(&stream, kGzip), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::string text;
  int status = Z_OK;
  while (status == Z_OK && stream.avail_in > 0) {
    std::array<Bytef, 4'096> buffer;
    stream.next_out = buffer.data();
    stream.avail_out = static_cast<uInt>(buffer.size());
    status = inflate(&stream, Z_SYNC_FLUSH);
    text.append(reinterpret_cast<const char*>(buffer.data()), buffer.size() - stream.avail_out);
  }
  EXPECT_TRUE(status == Z_OK || status == Z_BUF_ERROR) << status;
  inflateEnd(&stream);
  return text;
}

}  // namespace berth::events
