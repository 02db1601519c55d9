#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/core/error.h"

namespace berth::hostproto {

/// One record, on the link between service and host as in a host's journal. Little-endian:
///
///     u32 length     of what follows the checksum
///     u32 checksum   CRC-32C of what follows
///     u8  version    of the format; a reader refuses a greater one
///     u8  type
///     fields         u16 tag, u32 length, bytes; unknown tags are skipped, so that a service can
///                    talk to the hosts of the release before
struct Record {
  std::uint8_t type = 0;
  std::string_view fields;  ///< into the reader's buffer: valid until it is fed again
};

inline constexpr std::uint8_t kRecordVersion = 1;
inline constexpr std::size_t kRecordHeaderBytes = 8;
/// A command's text may have 8 MiB; its environment and input come on top.
inline constexpr std::size_t kMaxRecordBytes = std::size_t{32} << 20U;

/// Builds one record.
class RecordWriter {
 public:
  explicit RecordWriter(std::uint8_t type);

  void text(std::uint16_t tag, std::string_view bytes);
  void number(std::uint16_t tag, std::int64_t value);

  /// The finished record; the writer is used up.
  std::string take();

 private:
  std::string bytes_;
};

struct Field {
  std::uint16_t tag = 0;
  std::string_view bytes;

  /// 0 if it is not a number.
  std::int64_t number() const;
};

/// Splits a record's fields; an error if they don't add up.
core::Result<std::vector<Field>> split_fields(std::string_view fields);

/// Cuts a stream of bytes into records.
class RecordReader {
 public:
  void feed(std::string_view bytes);

  /// The next whole record; nothing if more bytes are needed. After an error (too large, wrong
  /// checksum, newer version) the stream can't be read further.
  core::Result<std::optional<Record>> next();

  /// Bytes of whole records handed out so far.
  std::size_t consumed_bytes() const { return consumed_; }

 private:
  std::string buffer_;
  std::size_t start_ = 0;
  std::size_t consumed_ = 0;
};

}  // namespace berth::hostproto
