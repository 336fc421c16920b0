#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "vit/io/archive.h"
#include "vit/io/archive_stream.h"

namespace vit {

/// The place of an entry below the folder that it is unpacked to: its name without "." and doubled
/// slashes, "" for that folder itself. Throws Error(data) at `where` for an absolute name, one with
/// "..", and one with control characters.
[[nodiscard]] std::filesystem::path archive_entry_path(const std::string& name,
                                                       const std::string& where);

/// Goes through the entries of an archive and holds it to its limits; the mechanism under
/// unpack_archive and for_each_entry.
class ArchiveReader {
 public:
  ArchiveReader(const std::filesystem::path& path, const ArchiveLimits& limits);
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  /// Goes to the next file or folder; false at the end.
  bool next();
  [[nodiscard]] const std::filesystem::path& entry_path() const noexcept { return entry_path_; }
  [[nodiscard]] bool is_folder() const noexcept { return is_folder_; }
  /// The next bytes of this entry; 0 at its end.
  std::size_t read(std::span<std::byte> into);
  [[nodiscard]] ArchiveProgress progress() const;
  /// An Error(data) that names the archive and this entry.
  [[noreturn]] void fail(const std::string& what, const std::string& remedy) const;

 private:
  void check(int result) const;
  void check_total() const;

  ArchiveLimits limits_;
  ArchiveStream stream_;
  ArchiveHandle handle_;
  std::filesystem::path entry_path_;
  std::string entry_name_;  // as the archive has it, for messages
  bool is_folder_ = false;
  std::uint64_t entries_ = 0, bytes_ = 0, entry_bytes_ = 0;
};

}  // namespace vit
