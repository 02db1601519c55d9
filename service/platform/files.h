#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "service/core/error.h"
#include "service/platform/descriptor.h"

namespace berth::platform {

/// Creates `path` (and its parents, 0755) as a folder only this user may enter. Refuses a folder
/// that belongs to another user or is open to others for writing.
core::Result<void> make_private_folder(const std::string& path, unsigned mode = 0700);

struct FolderOwner {
  std::uint32_t uid = 0;
  bool writable_by_others = false;  ///< by group or world
};

/// Who owns a folder; not_found, or conflict for anything else than a folder (also a link to one).
core::Result<FolderOwner> folder_owner(const std::string& path);

struct FileStatus {
  unsigned mode = 0;  ///< permissions
  std::uint32_t uid = 0;
  bool regular = false;  ///< no folder, device or the like
};

/// Of what a link leads to; not_found if there is nothing.
core::Result<FileStatus> file_status(const std::string& path);

/// Tells a file from every other one, also from one that takes its place under the same name: it
/// stays the same when the file is written or moved on its file system. Follows links.
core::Result<std::string> file_identity(const std::string& path);

/// cwd_not_accessible unless `path` is a folder this user may make its working directory; the
/// message tells what is missing, what is no folder and what is closed to this user.
core::Result<void> check_enterable(const std::string& path);

/// Whole file, at most `limit` bytes (too_large above).
core::Result<std::string> read_file(const std::string& path, std::size_t limit = 16U << 20U);

/// Replaces the file in one step (temporary file, sync, rename): a reader sees old or new.
core::Result<void> write_file_atomically(const std::string& path, std::string_view text,
                                         unsigned mode);

/// Replaces the file's content in place (0600 if it is new): for files nobody else reads meanwhile.
core::Result<void> empty_file(int fd);
core::Result<void> overwrite_file(const std::string& path, std::string_view text);

/// Lets only its owner read a file (0600); an empty one is made where there is none.
core::Result<void> ensure_private_file(const std::string& path);
/// Within one file system; replaces what is there. not_found if there is nothing to move.
core::Result<void> move_file(const std::string& from, const std::string& to);
core::Result<void> remove_file(const std::string& path);
/// Names of the folders in a folder; none if it can't be read.
std::vector<std::string> folders_in(const std::string& path);
/// The folder and all below it; no error if it is not there.
core::Result<void> remove_folder(const std::string& path);

/// Exclusive lock on a file for the life of the returned descriptor and of this process (also
/// released by kill -9); the file says who holds it. `conflict` if another process does; the
/// message has its pid. `note`: one line for lock_holder(), at most 200 bytes.
core::Result<Descriptor> lock_file(const std::string& path, std::string_view note = {});

/// Who has taken a lock last, as the file says.
struct LockHolder {
  int pid = 0;       ///< 0 = not recorded
  std::string note;  ///< as given to lock_file()
};
LockHolder lock_holder(const std::string& path);

/// New file for reading and writing, 0600, close-on-exec; fails if it exists.
core::Result<Descriptor> create_file(const std::string& path);
/// The same without a name: it goes with its last descriptor, and never reaches a disk.
core::Result<Descriptor> nameless_file();
core::Result<Descriptor> open_for_reading(const std::string& path);
/// What is written goes to the end, whoever else writes; made (0600) where there is none. Also for
/// reading.
core::Result<Descriptor> open_for_appending(const std::string& path);

/// Up to `length` bytes from `offset`; fewer at the end of the file.
core::Result<std::string> read_range(int fd, std::uint64_t offset, std::size_t length);
core::Result<std::uint64_t> file_size(int fd);

/// A second descriptor for the same open file.
core::Result<Descriptor> duplicate(const Descriptor& descriptor);

}  // namespace berth::platform
