#include "vit/io/archive.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/archive_reader.h"
#include "vit/io/file_descriptor.h"
#include "vit/io/file_error.h"
#include "vit/io/folder.h"
#include "vit/io/temporary.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPieceBytes = std::size_t{1} << 18;

/// The folder under its temporary name; removed with all that is in it unless it was put in place.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const fs::path& target) : target_(target) {
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(target, ignored)) &&
        !(fs::is_directory(target, ignored) && fs::is_empty(target, ignored))) {
      throw Error(ErrorKind::resource, printable_path(target), "cannot unpack: it exists already",
                  "remove it, or choose another folder");
    }
    remove_stale_temporaries(target);
    fs::path name = temporary_path(target);
    if (::mkdir(name.c_str(), 0777) != 0) throw file_error(target, "cannot unpack to", errno);
    path_ = std::move(name);
    fd_ = FileDescriptor(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd_.valid() || !lock_temporary(fd_.get())) {
      const int reason = errno;
      remove();
      throw file_error(target, "cannot unpack to", reason);
    }
  }
  ~TemporaryFolder() { remove(); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

  void put_in_place() {
    // One call for all the files: an fsync for each would take minutes.
    if (::syncfs(fd_.get()) != 0) throw file_error(target_, "cannot write to the disk", errno);
    if (::rename(path_.c_str(), target_.c_str()) != 0)
      throw file_error(target_, "cannot put the new folder in place", errno);
    path_.clear();
    sync_folder(folder_of(target_));
  }

 private:
  void remove() noexcept {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }

  fs::path target_, path_;
  FileDescriptor fd_;
};

void write_all(int fd, std::span<const std::byte> bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw file_error(path, "cannot write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

/// Writes the entries below a folder that holds nothing but what it wrote itself, so there is no
/// link that a path could follow.
class Unpacker {
 public:
  Unpacker(ArchiveReader& reader, const fs::path& folder)
      : reader_(reader), folder_(folder), piece_(kPieceBytes) {}

  void unpack_entry() {
    if (reader_.is_folder()) return make_folder(reader_.entry_path());
    make_folder(reader_.entry_path().parent_path());
    const fs::path path = folder_ / reader_.entry_path();
    const FileDescriptor fd(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (!fd.valid()) fail_to_make(path, errno);
    while (const std::size_t count = reader_.read(piece_))
      write_all(fd.get(), std::span(piece_).first(count), path);
  }

 private:
  void make_folder(const fs::path& relative) {
    if (relative == made_last_) return;
    std::error_code failed;
    fs::create_directories(folder_ / relative, failed);
    if (failed) fail_to_make(folder_ / relative, failed.value());
    made_last_ = relative;
  }

  [[noreturn]] void fail_to_make(const fs::path& path, int error_number) const {
    if (error_number == EEXIST || error_number == ENOTDIR || error_number == EISDIR)
      reader_.fail("the archive has something else of this name", "pack the archive again");
    if (error_number == ENAMETOOLONG)
      reader_.fail("its name is too long for this file system", "pack the archive again");
    throw file_error(path, "cannot unpack", error_number);
  }

  ArchiveReader& reader_;
  const fs::path& folder_;
  std::vector<std::byte> piece_;
  fs::path made_last_;
};

}  // namespace

void unpack_archive(const fs::path& archive, const fs::path& target,
                    const ArchiveObserver& observer, const ArchiveLimits& limits) {
  constexpr std::uint64_t kObserveEntries = 256, kObserveBytes = std::uint64_t{8} << 20;
  ArchiveReader reader(archive, limits);
  // A trailing slash would put the temporary inside the target.
  TemporaryFolder folder(target.has_filename() ? target : target.parent_path());
  Unpacker unpacker(reader, folder.path());
  ArchiveProgress seen;
  while (reader.next()) {
    unpacker.unpack_entry();
    const ArchiveProgress now = reader.progress();
    if (observer && (now.entries >= seen.entries + kObserveEntries ||
                     now.bytes >= seen.bytes + kObserveBytes)) {
      observer(now);
      seen = now;
    }
  }
  if (reader.progress().entries == 0)
    reader.fail("the archive is empty", "check that it is the right file");
  folder.put_in_place();
  if (observer) observer(reader.progress());
}

void for_each_entry(const fs::path& archive, const ArchiveEntryUser& use,
                    const ArchiveLimits& limits) {
  ArchiveReader reader(archive, limits);
  std::vector<std::byte> bytes;
  while (reader.next()) {
    if (reader.is_folder()) continue;
    std::size_t filled = 0;
    for (;;) {
      if (filled == bytes.size()) bytes.resize(std::max(kPieceBytes, bytes.size() * 2));
      const std::size_t count = reader.read(std::span(bytes).subspan(filled));
      if (count == 0) break;
      filled += count;
    }
    use(reader.entry_path().native(), std::span(bytes).first(filled));
  }
}

}  // namespace vit
