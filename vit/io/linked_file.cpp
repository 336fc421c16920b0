#include "vit/io/linked_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <span>
#include <vector>

#include "vit/io/atomic_file.h"
#include "vit/io/file.h"
#include "vit/io/file_error.h"
#include "vit/io/folder.h"
#include "vit/io/temporary.h"

namespace vit {
namespace {

void copy_file_atomically(const std::filesystem::path& from, const std::filesystem::path& to) {
  const FileBytes source = FileBytes::open(from);
  AtomicFile copy(to);
  std::vector<std::byte> buffer(std::size_t{1} << 20);
  for (std::uint64_t done = 0; done < source.size();) {
    const std::size_t count = source.read_some(done, buffer);
    if (count == 0) break;
    copy.write(std::span<const std::byte>(buffer).first(count));
    done += count;
  }
  copy.commit();
}

}  // namespace

void link_file_atomically(const std::filesystem::path& from, const std::filesystem::path& to) {
  const std::filesystem::path temporary = temporary_path(to);
  ::unlink(temporary.c_str());  // of a process of this number that was killed
  if (::link(from.c_str(), temporary.c_str()) != 0) {
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS && errno != EMLINK)
      throw file_error(to, "cannot link", errno);
    copy_file_atomically(from, to);
    return;
  }
  if (::rename(temporary.c_str(), to.c_str()) != 0) {
    const int number = errno;
    ::unlink(temporary.c_str());
    throw file_error(to, "cannot put the new file in place", number);
  }
  // Renaming one name of a file over another of the same file does nothing, not even to the old
  // name.
  ::unlink(temporary.c_str());
  sync_folder(folder_of(to));
}

}  // namespace vit
