#include "vit/io/folder.h"

#include <fcntl.h>

#include <cerrno>

#include "vit/io/file_descriptor.h"
#include "vit/io/file_error.h"

namespace vit {

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

void sync_folder(const std::filesystem::path& folder) {
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // A folder that may be written but not listed cannot be opened; some file systems do not sync.
  if (!fd.valid() || ::fsync(fd.get()) == 0 || errno == EINVAL || errno == ENOTSUP) return;
  throw file_error(
      folder,
      "the file is in place, but a power cut might undo it, as the folder could not be "
      "written to the disk",
      errno);
}

}  // namespace vit
