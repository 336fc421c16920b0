#include "vit/io/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "vit/core/text.h"
#include "vit/io/file_error.h"

namespace vit {
namespace {

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

template <class Bytes>
Bytes read_whole(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const FileBytes file = FileBytes::open(path);
  // One byte more than the file had at first, so that the end is seen; files of /proc have size 0.
  Bytes bytes;
  std::size_t filled = 0;
  while (file.size() <= max_bytes) {
    const std::uint64_t expected = std::max<std::uint64_t>(file.size(), filled * 2);
    bytes.resize(static_cast<std::size_t>(std::min(expected, max_bytes) + 1));
    filled += file.read_some(filled, std::as_writable_bytes(std::span(bytes)).subspan(filled));
    if (filled > max_bytes) break;
    if (filled < bytes.size()) {
      bytes.resize(filled);
      return bytes;
    }
  }
  throw Error(ErrorKind::resource, printable_path(path),
              str("the file is larger than the ", max_bytes, " bytes expected at most"),
              "check that this is the right file");
}

}  // namespace

FileBytes::FileBytes(std::filesystem::path path, FileDescriptor fd, std::uint64_t size)
    : path_(std::move(path)), fd_(std::move(fd)), size_(size) {}

FileBytes FileBytes::open(const std::filesystem::path& path) {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid()) throw file_error(path, "cannot open", errno);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw file_error(path, "cannot open", errno);
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorKind::resource, printable_path(path),
                str("expected a file, found ", kind_of(status.st_mode)),
                "give the name of a regular file");
  }
  return {path, std::move(fd), static_cast<std::uint64_t>(status.st_size)};
}

std::size_t FileBytes::read_some(std::uint64_t offset, std::span<std::byte> into) const {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const ssize_t count = ::pread(fd_.get(), into.data() + filled, into.size() - filled,
                                  static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw file_error(path_, "cannot read", errno);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  return filled;
}

void FileBytes::read(std::uint64_t offset, std::span<std::byte> into) const {
  const std::size_t count = read_some(offset, into);
  if (count == into.size()) return;
  throw Error(
      ErrorKind::resource, printable_path(path_),
      str("expected ", into.size(), " bytes at offset ", offset, ", found ", count,
          offset + into.size() <= size_ ? "; the file became shorter while it was read" : ""),
      "check that the file is complete and that nothing else writes to it");
}

std::vector<std::byte> read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  return read_whole<std::vector<std::byte>>(path, max_bytes);
}

std::string read_text_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  return read_whole<std::string>(path, max_bytes);
}

}  // namespace vit
