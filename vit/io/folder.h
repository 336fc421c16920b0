#pragma once

#include <filesystem>

namespace vit {

/// The folder in which `path` stands; "." for a bare name.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& path);

/// Makes the names in a folder survive a power cut, as far as the file system can. Throws
/// Error(resource) where the disk fails.
void sync_folder(const std::filesystem::path& folder);

}  // namespace vit
