#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "service/core/error.h"
#include "service/platform/descriptor.h"

namespace berth::platform {

/// An unnamed pipe, close-on-exec: {reading end, writing end}.
core::Result<std::pair<Descriptor, Descriptor>> pipe_pair();

/// A named pipe at `path`, 0600; conflict if something is there.
core::Result<void> make_fifo(const std::string& path);

/// The reading end, non-blocking. Until the first writer has come and gone it is never at its end.
core::Result<Descriptor> open_fifo_for_reading(const std::string& path);

/// Both ends in one, non-blocking: it is never at its end, and whoever opens the other end does not
/// wait.
core::Result<Descriptor> open_fifo_for_both(const std::string& path);

/// Bytes that can be read now. 0 on error.
std::size_t bytes_waiting(int pipe);

/// Gives the pipe room for `bytes`, if the user's share of pipe memory allows; else it stays.
void enlarge_pipe(int pipe, std::size_t bytes);

/// What one read or move from a non-blocking pipe did. Neither flag and 0 bytes can't be.
struct PipeRead {
  std::size_t bytes = 0;
  bool would_block = false;
  bool ended = false;  ///< no writer and nothing left
};

core::Result<PipeRead> read_pipe(int pipe, std::span<char> buffer);

/// Moves up to `length` bytes to `offset` of a file without copying them through this process.
/// unsupported where the file can't take that.
core::Result<PipeRead> move_to_file(int pipe, int file, std::uint64_t offset, std::size_t length);

/// Writes all of `bytes` at `offset`; storage_failed when there is no room.
core::Result<void> write_at(int file, std::string_view bytes, std::uint64_t offset);

core::Result<void> truncate_file(int file, std::uint64_t size);

/// Writes once to a non-blocking pipe; returns the bytes taken, 0 when it is full.
core::Result<std::size_t> write_pipe(int pipe, std::string_view bytes);

}  // namespace berth::platform
