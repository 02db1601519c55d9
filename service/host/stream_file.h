#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "service/core/error.h"

namespace berth::host {

/// The file that one output stream of a command is written to, exact bytes, from offset 0. When it
/// takes no more (a full disk, the job's quota), that does not stop the command: the rest is
/// dropped and error() says so.
class StreamFile {
 public:
  /// `file` outlives it. `max_bytes`: the job's quota.
  StreamFile(int file, std::int64_t max_bytes) : file_(file), max_bytes_(max_bytes) {}

  void store(std::string_view bytes);
  /// Moves up to `limit` bytes from a pipe without copying them through this process. False if that
  /// can't be done, for this file or any more: then the bytes are to be read and stored.
  struct Moved {
    std::size_t bytes = 0;
    bool ended = false;  ///< the pipe has no writer and nothing left
  };
  std::optional<Moved> move_from(int pipe, std::size_t limit);

  /// From now on everything is dropped, for this reason.
  void refuse(core::Error error);

  std::int64_t bytes() const { return bytes_; }
  /// All of it while bytes() <= hostproto::kMaxInlineBytes.
  std::string& head() { return head_; }
  const std::optional<core::Error>& error() const { return error_; }
  /// A copy goes into the result, so the bytes have to come through this process.
  bool wants_copies() const;

 private:
  int file_;
  std::int64_t max_bytes_;
  std::string head_;
  std::int64_t bytes_ = 0;
  std::optional<core::Error> error_;
  bool no_moving_ = false;  // the file system takes no splice
};

}  // namespace berth::host
