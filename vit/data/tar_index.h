#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vit {

/// A file inside a tar archive.
struct TarMember {
  std::string name;
  std::uint64_t offset = 0, size = 0;  ///< of its bytes in the archive
};

/// Lists the files of a plain tar archive (ustar, GNU and pax long names) by its headers alone;
/// folders and links are passed over. Throws Error (data) for a compressed archive, a header whose
/// checksum is wrong, and one that is cut off, with the offset.
[[nodiscard]] std::vector<TarMember> tar_index(const std::filesystem::path& archive);

}  // namespace vit
