#pragma once

#include <string>
#include <string_view>

namespace berth::events {

/// gzip in pieces that stand for themselves (RFC 1951: none refers to text before it), so that a
/// piece is compressed once and sent to every subscriber that wants it, at whatever place of its
/// stream: they cost no memory for a compressor each. A stream is the header and then any pieces;
/// it ends by being cut, as an event stream does.
std::string_view gzip_header();

/// Appends the piece for `text`.
void append_gzip(std::string& to, std::string_view text);

}  // namespace berth::events
