#include "service/core/text.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace berth::core {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Length of the valid UTF-8 sequence at `at`, 0 if there is none (RFC 3629: no overlong forms, no
/// surrogates, nothing above U+10FFFF).
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[at + i]); };
  const std::size_t left = text.size() - at;
  const std::uint8_t lead = byte(0);
  const auto continues = [&](std::size_t i) { return continues_character(text[at + i]); };
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return left >= 2 && continues(1) ? 2 : 0;
  if (lead < 0xF0) {
    if (left < 3 || !continues(1) || !continues(2)) return 0;
    if (lead == 0xE0 && byte(1) < 0xA0) return 0;
    if (lead == 0xED && byte(1) >= 0xA0) return 0;
    return 3;
  }
  if (lead > 0xF4 || left < 4 || !continues(1) || !continues(2) || !continues(3)) return 0;
  if (lead == 0xF0 && byte(1) < 0x90) return 0;
  if (lead == 0xF4 && byte(1) >= 0x90) return 0;
  return 4;
}

/// From `at` on over whole words without a byte above ASCII: most text is nothing else.
std::size_t skip_ascii(std::string_view text, std::size_t at) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::uint64_t word = 0;
  for (; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & kHighBits) != 0) break;
  }
  return at;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  for (std::size_t at = 0;;) {
    at = skip_ascii(text, at);
    if (at == text.size()) return true;
    const std::size_t length = sequence_length(text, at);
    if (length == 0) return false;
    at += length;
  }
}

std::string to_valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    if (length == 0) {
      out += kReplacement;
      ++at;
    } else {
      out.append(text, at, length);
      at += length;
    }
  }
  return out;
}

namespace {

/// Index after the escape sequence that starts at `at` (ECMA-48: CSI parameters and final byte;
/// OSC, DCS, PM, APC and SOS up to BEL or ST; two-character escapes).
std::size_t skip_escape(std::string_view text, std::size_t at) {
  std::size_t i = at + 1;
  if (i >= text.size()) return i;
  const char kind = text[i++];
  if (kind == '[') {
    while (i < text.size() && (text[i] < '@' || text[i] > '~')) ++i;
    return i < text.size() ? i + 1 : i;
  }
  if (kind == ']' || kind == 'P' || kind == '^' || kind == '_' || kind == 'X') {
    while (i < text.size()) {
      if (text[i] == '\a') return i + 1;
      if (text[i] == '\x1b' && i + 1 < text.size() && text[i + 1] == '\\') return i + 2;
      if (text[i] == '\n') return i;  // unterminated: do not eat the lines that follow
      ++i;
    }
    return i;
  }
  while (kind >= ' ' && kind <= '/' && i < text.size() && text[i] >= ' ' && text[i] <= '/') ++i;
  return (kind >= ' ' && kind <= '/' && i < text.size()) ? i + 1 : i;
}

}  // namespace

std::string to_readable_text(std::string_view output) {
  std::string out;
  out.reserve(output.size());
  std::size_t line_start = 0;
  bool overwrite = false;  // a bare \r was seen: what follows replaces the line
  for (std::size_t at = 0; at < output.size();) {
    const char c = output[at];
    if (c == '\x1b') {
      at = skip_escape(output, at);
      continue;
    }
    if (c == '\r') {
      // \r\n (also \r\r\n) is a line end; a bare \r restarts the line.
      std::size_t next = at;
      while (next < output.size() && output[next] == '\r') ++next;
      overwrite = next < output.size() && output[next] != '\n';
      at = next;
      continue;
    }
    if (c == '\n') {
      out.push_back('\n');
      line_start = out.size();
      overwrite = false;
      ++at;
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7F) {
      if (c == '\b' && out.size() > line_start) out.pop_back();
      ++at;
      continue;
    }
    if (overwrite) {
      out.resize(line_start);
      overwrite = false;
    }
    const std::size_t length = sequence_length(output, at);
    if (length == 0) {
      out += kReplacement;
      ++at;
    } else {
      out.append(output, at, length);
      at += length;
    }
  }
  // A backspace may have split a sequence; the promise is valid UTF-8.
  return is_valid_utf8(out) ? out : to_valid_utf8(out);
}

bool is_plain_name(std::string_view text) {
  constexpr std::size_t kMaxBytes = 64;
  constexpr std::string_view kBytes =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  return !text.empty() && text.size() <= kMaxBytes &&
         text.find_first_not_of(kBytes) == std::string_view::npos;
}

std::string first_line(std::string_view text, std::size_t max_bytes) {
  const std::string_view line = text.substr(0, text.find('\n'));
  if (line.size() == text.size() && line.size() <= max_bytes) return std::string(line);
  std::size_t end = std::min(line.size(), max_bytes);
  while (end > 0 && end < line.size() && continues_character(line[end])) --end;
  return std::string(line.substr(0, end)) + " …";
}

HeadTail plan_head_tail(std::size_t total, std::size_t limit) {
  if (total <= limit) return {total, 0};
  return {limit / 3, limit - limit / 3};
}

std::string join_head_tail(std::string_view head, std::string_view tail, std::size_t total,
                           std::string_view how_to_read) {
  if (head.size() + tail.size() >= total && tail.empty()) return std::string(head);
  if (const auto end = head.rfind('\n'); end != std::string_view::npos) {
    head = head.substr(0, end + 1);
  }
  if (const auto start = tail.find('\n');
      start != std::string_view::npos && start + 1 < tail.size()) {
    tail = tail.substr(start + 1);
  }
  const std::size_t omitted = total - head.size() - tail.size();
  return fmt::format("{}{}[... {} bytes left out; {} ...]\n{}", head,
                     head.empty() || head.back() == '\n' ? "" : "\n", omitted, how_to_read, tail);
}

bool percent_decode(std::string_view text, std::string& out) {
  const auto hex = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return false;
    const int high = hex(text[i + 1]);
    const int low = hex(text[i + 2]);
    if (high < 0 || low < 0) return false;
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return true;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
                            c == '~' || c == '/';
    if (unreserved) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<std::uint8_t>(c);
      out.push_back('%');
      out.push_back(kHex[byte >> 4U]);
      out.push_back(kHex[byte & 15U]);
    }
  }
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |=
        static_cast<unsigned>(static_cast<std::uint8_t>(a[i]) ^ static_cast<std::uint8_t>(b[i]));
  }
  return difference == 0;
}

}  // namespace berth::core
