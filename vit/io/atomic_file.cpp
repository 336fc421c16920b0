#include "vit/io/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <thread>
#include <utility>

#include "vit/core/text.h"
#include "vit/io/file_error.h"
#include "vit/io/folder.h"
#include "vit/io/temporary.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBufferBytes = std::size_t{1} << 18;

fs::path follow_link(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_symlink(path, ignored)) return path;
  std::error_code dangling;
  fs::path target = fs::canonical(path, dangling);
  return dangling ? path : target;
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& path) : path_(follow_link(path)) {
  struct stat old {};
  const bool replaces = ::stat(path_.c_str(), &old) == 0;
  // Renaming over a device such as /dev/null would take it from the whole machine.
  if (replaces && !S_ISREG(old.st_mode)) {
    throw Error(ErrorKind::resource, printable_path(path_),
                S_ISDIR(old.st_mode) ? "cannot write: there is a folder of this name"
                                     : "cannot write: this is a device or a pipe, not a file",
                "give the name of a regular file");
  }
  buffer_.reserve(kBufferBytes);
  remove_stale_temporaries(path_);
  open_temporary(replaces ? static_cast<int>(old.st_mode & 0777) : -1);
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::open_temporary(int mode) {
  fs::path name = temporary_path(path_);
  constexpr int kAttempts = 10;  // a sweep by another process may hold the name for a moment
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    FileDescriptor fd(
        ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (!fd.valid() && errno != EEXIST) throw file_error(path_, "cannot write", errno);
    if (fd.valid() && lock_temporary(fd.get())) {
      temporary_ = std::move(name);
      fd_ = std::move(fd);
      // Some file systems have no permissions to set; the file is as good.
      if (mode >= 0) static_cast<void>(::fchmod(fd_.get(), static_cast<mode_t>(mode)));
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  throw Error(ErrorKind::resource, printable_path(path_),
              str("cannot write: it is being written already (", printable_path(name), ")"),
              "wait for the other writer, or remove that file if there is none");
}

void AtomicFile::reserve(std::uint64_t bytes) {
  if (bytes == 0) return;
  int result = 0;
  do {
    result = ::fallocate(fd_.get(), 0, 0, static_cast<off_t>(bytes)) == 0 ? 0 : errno;
  } while (result == EINTR);
  if (result == EOPNOTSUPP || result == ENOSYS) return;
  if (result != 0) throw file_error(path_, str("cannot write ", bytes, " bytes"), result);
  reserved_ = bytes;
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  size_ += bytes.size();
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  if (bytes.size() > kBufferBytes) return write_through(bytes);
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

void AtomicFile::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

void AtomicFile::write_through(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::size_t piece = behind_ ? std::min(bytes.size(), kBufferBytes) : bytes.size();
    const ssize_t count = ::write(fd_.get(), bytes.data(), piece);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw file_error(path_, "cannot write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    written_ += static_cast<std::uint64_t>(count);
    const int failure = behind_ ? behind_->wrote(fd_.get(), written_) : 0;
    if (failure != 0) throw file_error(path_, "cannot write to the disk", failure);
  }
}

void AtomicFile::flush() {
  write_through(buffer_);
  buffer_.clear();
}

void AtomicFile::commit() {
  VIT_ASSERT(!temporary_.empty(), "commit() twice");
  flush();
  if (reserved_ > size_ && ::ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0)
    throw file_error(path_, "cannot write", errno);
  // Before the rename: otherwise a power cut could leave the new name with an empty file.
  if (::fsync(fd_.get()) != 0) throw file_error(path_, "cannot write to the disk", errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0)
    throw file_error(path_, "cannot put the new file in place", errno);
  temporary_.clear();
  fd_.close();
  sync_folder(folder_of(path_));
}

void write_file_atomically(const fs::path& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

}  // namespace vit
