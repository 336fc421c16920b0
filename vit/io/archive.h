#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

namespace vit {

/// What an archive may ask for. The defaults hold ImageNet; a hostile file is refused early.
struct ArchiveLimits {
  std::uint64_t max_entries = 5'000'000;
  std::uint64_t max_bytes = std::uint64_t{1} << 40;        ///< unpacked, all entries together
  std::uint64_t max_entry_bytes = std::uint64_t{1} << 34;  ///< unpacked, one entry
  /// Unpacked bytes for one packed byte, asked from `ratio_from` unpacked bytes on: pictures hardly
  /// pack, masks a hundredfold, bombs a thousandfold.
  double max_ratio = 250;
  std::uint64_t ratio_from = std::uint64_t{64} << 20;
};

struct ArchiveProgress {
  std::uint64_t entries = 0, bytes = 0;             ///< unpacked so far
  std::uint64_t packed_bytes = 0, packed_size = 0;  ///< read so far, and the archive's size
};

/// Called every few megabytes or some hundred entries, and once at the end. It may throw to stop.
using ArchiveObserver = std::function<void(const ArchiveProgress&)>;

/// Unpacks a tar (plain, gzip, bzip2, xz, zstd) or zip archive into the new folder `target`, whose
/// parent folder must be there.
///
/// Everything goes to `TARGET.tmp.PID` and is renamed when complete, so an interrupted unpack
/// leaves no half folder under the name; what a killed process left is removed by the next call.
/// Regular files and folders only: a link, a device, an absolute name, `..`, a name twice, or more
/// than the limits is an Error(data) that names the entry, and so is a damaged archive. The
/// permissions and times in the archive are not taken over. Disk trouble, or a target that exists
/// and is not an empty folder, is an Error(resource).
void unpack_archive(const std::filesystem::path& archive, const std::filesystem::path& target,
                    const ArchiveObserver& observer = {}, const ArchiveLimits& limits = {});

/// Hands each regular file of an archive to `use`, in the archive's order and one at a time in
/// memory, without unpacking it to disk; the same archives, limits and errors. The name has passed
/// `archive_entry_path`; the bytes are valid during the call.
using ArchiveEntryUser =
    std::function<void(const std::string& name, std::span<const std::byte> bytes)>;
void for_each_entry(const std::filesystem::path& archive, const ArchiveEntryUser& use,
                    const ArchiveLimits& limits = {});

}  // namespace vit
