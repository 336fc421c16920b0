#include "vit/io/part_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/atomic_file.h"
#include "vit/io/file.h"
#include "vit/io/file_error.h"
#include "vit/io/folder.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLongestEtag = 1024;

fs::path with_suffix(fs::path path, const char* suffix) {
  path += suffix;
  return path;
}

}  // namespace

PartFile::PartFile(const fs::path& target)
    : target_(target),
      path_(with_suffix(target, ".part")),
      fd_(::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                 0666)) {
  if (!fd_.valid()) throw file_error(path_, "cannot write", errno);
  if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    throw Error(ErrorKind::resource, printable_path(path_), "another process is fetching this file",
                "wait until it is done, or stop it; what it has fetched is kept");
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0) throw file_error(path_, "cannot read", errno);
  if (!S_ISREG(status.st_mode))
    throw Error(ErrorKind::resource, printable_path(path_), "expected a file",
                "remove what stands there");
  size_ = static_cast<std::uint64_t>(status.st_size);
  std::error_code missing;
  if (size_ > 0 && fs::is_regular_file(etag_path(), missing))
    etag_ = read_text_file(etag_path(), kLongestEtag);
}

fs::path PartFile::etag_path() const { return with_suffix(path_, ".etag"); }

void PartFile::restart(std::string_view etag) {
  // First the name, then the bytes: a crash between the two leaves no bytes under a wrong name.
  if (::ftruncate(fd_.get(), 0) != 0) throw file_error(path_, "cannot write", errno);
  size_ = 0;
  etag_ = etag.size() <= kLongestEtag && !etag.starts_with("W/") ? etag : std::string_view();
  std::error_code ignored;
  if (etag_.empty())
    fs::remove(etag_path(), ignored);
  else
    write_file_atomically(etag_path(), etag_);
}

void PartFile::append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw file_error(path_, "cannot write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    size_ += static_cast<std::uint64_t>(count);
  }
}

void PartFile::discard() noexcept {
  ::unlink(path_.c_str());
  ::unlink(etag_path().c_str());
}

void PartFile::commit() {
  if (::fsync(fd_.get()) != 0) throw file_error(path_, "cannot write to the disk", errno);
  if (::rename(path_.c_str(), target_.c_str()) != 0)
    throw file_error(target_, "cannot put the file in place", errno);
  ::unlink(etag_path().c_str());
  sync_folder(folder_of(target_));
}

}  // namespace vit
