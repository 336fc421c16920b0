#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vit {

/// A file or folder that nobody needs any more.
struct Removable {
  std::filesystem::path path;
  std::string why;
  std::uint64_t bytes = 0;  ///< that its removal gives back
};

/// What can go from the runs of a folder: what killed processes left half-written, runs that ended
/// before their first checkpoint, and of complete runs the checkpoints older than the last. Where a
/// process trains now, nothing. A run that holds a file which no run writes, or what is kept of
/// an update that was not finite, is left alone, but for what is half-written. Throws Error (usage)
/// where there is no such folder.
[[nodiscard]] std::vector<Removable> removable_in(const std::filesystem::path& folder);

/// Removes one of these, unless a process has begun to train there since; false then. Throws Error
/// (resource) where the system refuses.
bool remove(const Removable& one);

}  // namespace vit
