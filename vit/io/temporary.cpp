#include "vit/io/temporary.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "vit/io/file_descriptor.h"
#include "vit/io/folder.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = ".tmp.";

/// What `name` is a temporary of, or "" where it is none.
std::string_view target_of(std::string_view name) {
  const std::size_t mark = name.rfind(kMark);
  if (mark == std::string_view::npos) return {};
  const std::string_view process = name.substr(mark + kMark.size());
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (process.empty() || !std::all_of(process.begin(), process.end(), is_digit)) return {};
  return name.substr(0, mark);
}

void remove_if_stale(const fs::path& path) {
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd.valid() || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return;
  // Between opening and locking, its writer may have finished and somebody begun another.
  struct stat locked {
  }, named{};
  if (::fstat(fd.get(), &locked) != 0 || ::lstat(path.c_str(), &named) != 0) return;
  if (locked.st_ino != named.st_ino || locked.st_dev != named.st_dev) return;
  if (!S_ISREG(locked.st_mode) && !S_ISDIR(locked.st_mode)) return;
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

/// Of one target, or of every target where `target` is empty.
void sweep(const fs::path& folder, std::string_view target) noexcept try {
  std::error_code failed;
  std::vector<fs::path> candidates;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const std::string name = entry->path().filename().native();
    const std::string_view of = target_of(name);
    if (!of.empty() && (target.empty() || of == target)) candidates.push_back(entry->path());
  }
  for (const fs::path& candidate : candidates) remove_if_stale(candidate);
} catch (...) {  // out of memory: the next start sweeps again
}

}  // namespace

fs::path temporary_path(const fs::path& target) {
  fs::path path = target;
  path += kMark;
  path += std::to_string(::getpid());
  return path;
}

bool lock_temporary(int fd) {
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) return errno != EWOULDBLOCK;
  struct stat status {};
  return ::fstat(fd, &status) == 0 && status.st_nlink > 0;
}

void remove_stale_temporaries(const fs::path& target) noexcept {
  const std::string name = target.filename().native();
  if (!name.empty()) sweep(folder_of(target), name);
}

void remove_stale_temporaries_in(const fs::path& folder) noexcept { sweep(folder, {}); }

}  // namespace vit
