#pragma once

#include <filesystem>

/// Temporary files and folders stand beside what they will become, as `NAME.tmp.PID`. While its
/// writer lives it holds a lock (flock) on it; the kernel drops the lock when the process dies,
/// whatever killed it, also on another container's process numbers. So one that can be locked is
/// left over from a dead process.
namespace vit {

/// `target` + ".tmp." + this process's number.
[[nodiscard]] std::filesystem::path temporary_path(const std::filesystem::path& target);

/// Takes the lock that says that the temporary behind `fd` is being written. False where somebody
/// else holds it or has just removed the file. A file system without locks counts as taken.
[[nodiscard]] bool lock_temporary(int fd);

/// Removes what dead processes have left of writing `target`. Never throws: a temporary that cannot
/// be removed costs space only.
void remove_stale_temporaries(const std::filesystem::path& target) noexcept;

/// The same for every target in a folder of our own, such as a run directory at its start.
void remove_stale_temporaries_in(const std::filesystem::path& folder) noexcept;

}  // namespace vit
