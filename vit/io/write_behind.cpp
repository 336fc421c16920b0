#include "vit/io/write_behind.h"

#include <fcntl.h>

#include <cerrno>

namespace vit {

int WriteBehind::wrote(int file, std::uint64_t size) {
  if (!possible_ || size < sent_ + kWindow) return 0;
  const auto offset = [](std::uint64_t bytes) { return static_cast<off64_t>(bytes); };
  // The window before this one has had the time of a window to reach the disk.
  if (sent_ > dropped_ && ::sync_file_range(file, offset(dropped_), offset(sent_ - dropped_),
                                            SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
                                                SYNC_FILE_RANGE_WAIT_AFTER) != 0) {
    possible_ = false;
    // The system tells of a failed write once only: fsync() would not know of it any more.
    return errno == EIO || errno == ENOSPC || errno == EDQUOT ? errno : 0;
  }
  static_cast<void>(
      ::posix_fadvise(file, offset(dropped_), offset(sent_ - dropped_), POSIX_FADV_DONTNEED));
  dropped_ = sent_;
  static_cast<void>(
      ::sync_file_range(file, offset(sent_), offset(size - sent_), SYNC_FILE_RANGE_WRITE));
  sent_ = size;
  return 0;
}

}  // namespace vit
