#include "service/hostproto/record.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "service/hostproto/checksum.h"

namespace berth::hostproto {
namespace {

constexpr std::size_t kFieldHeaderBytes = 6;
constexpr std::size_t kVersionAndType = 2;

template <class Number>
void append(std::string& out, Number value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

template <class Number>
Number load(std::string_view bytes) {
  Number value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

}  // namespace

RecordWriter::RecordWriter(std::uint8_t type) : bytes_(kRecordHeaderBytes, '\0') {
  bytes_.push_back(static_cast<char>(kRecordVersion));
  bytes_.push_back(static_cast<char>(type));
}

void RecordWriter::text(std::uint16_t tag, std::string_view bytes) {
  append(bytes_, tag);
  append(bytes_, static_cast<std::uint32_t>(bytes.size()));
  bytes_.append(bytes);
}

void RecordWriter::number(std::uint16_t tag, std::int64_t value) {
  append(bytes_, tag);
  append(bytes_, static_cast<std::uint32_t>(sizeof value));
  append(bytes_, value);
}

std::string RecordWriter::take() {
  const std::string_view body = std::string_view(bytes_).substr(kRecordHeaderBytes);
  const auto length = static_cast<std::uint32_t>(body.size());
  const std::uint32_t checksum = crc32c(body);
  std::memcpy(bytes_.data(), &length, sizeof length);
  std::memcpy(bytes_.data() + sizeof length, &checksum, sizeof checksum);
  return std::move(bytes_);
}

std::int64_t Field::number() const {
  return bytes.size() == sizeof(std::int64_t) ? load<std::int64_t>(bytes) : 0;
}

core::Result<std::vector<Field>> split_fields(std::string_view fields) {
  std::vector<Field> out;
  while (!fields.empty()) {
    if (fields.size() < kFieldHeaderBytes) {
      return core::fail(core::ErrorCode::invalid_argument, "a host record ends within a field");
    }
    const auto tag = load<std::uint16_t>(fields);
    const auto length = load<std::uint32_t>(fields.substr(sizeof tag));
    fields.remove_prefix(kFieldHeaderBytes);
    if (length > fields.size()) {
      return core::fail(core::ErrorCode::invalid_argument, "a host record's field is cut short");
    }
    out.push_back({tag, fields.substr(0, length)});
    fields.remove_prefix(length);
  }
  return out;
}

void RecordReader::feed(std::string_view bytes) {
  buffer_.erase(0, std::exchange(start_, 0));
  buffer_.append(bytes);
}

core::Result<std::optional<Record>> RecordReader::next() {
  const std::string_view rest = std::string_view(buffer_).substr(start_);
  if (rest.size() < kRecordHeaderBytes) return std::nullopt;
  const std::size_t length = load<std::uint32_t>(rest);
  if (length < kVersionAndType || length > kMaxRecordBytes) {
    return core::fail(
        core::ErrorCode::too_large,
        fmt::format("a host record of {} bytes (at most {})", length, kMaxRecordBytes));
  }
  if (rest.size() - kRecordHeaderBytes < length) return std::nullopt;
  const std::string_view body = rest.substr(kRecordHeaderBytes, length);
  if (crc32c(body) != load<std::uint32_t>(rest.substr(sizeof(std::uint32_t)))) {
    return core::fail(core::ErrorCode::invalid_argument, "a host record's checksum is wrong");
  }
  const auto version = static_cast<std::uint8_t>(body[0]);
  if (version == 0 || version > kRecordVersion) {
    return core::fail(core::ErrorCode::unsupported,
                      fmt::format("a host record of version {} (this program reads up to {})",
                                  version, kRecordVersion));
  }
  start_ += kRecordHeaderBytes + length;
  consumed_ += kRecordHeaderBytes + length;
  return Record{static_cast<std::uint8_t>(body[1]), body.substr(kVersionAndType)};
}

}  // namespace berth::hostproto
