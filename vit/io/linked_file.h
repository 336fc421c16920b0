#pragma once

#include <filesystem>

namespace vit {

/// Gives the file `from` the second name `to`, all or nothing, replacing what is there: a hard link
/// where the file system has them, otherwise a copy. Throws Error (resource).
void link_file_atomically(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace vit
