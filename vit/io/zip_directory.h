#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vit/io/file.h"

namespace vit {

/// One file in a zip archive. Its data lies at [begin, begin + packed_bytes) of the archive.
struct ZipEntry {
  std::string name;  ///< as the archive has it; it is a key, never a path on the disk
  bool deflated = false;
  std::uint32_t crc = 0;
  std::uint64_t begin = 0, packed_bytes = 0, bytes = 0;
};

/// The central directory of a zip archive (APPNOTE.TXT 6.3.10, with zip64), and where the data of
/// each entry lies, for formats that read it in place: torch.save's files and NumPy's .npz.
///
/// Strict where sloppiness hides something: the local headers must agree with the directory, no two
/// entries may share a name or bytes, encryption, links and other methods than "stored" and
/// "deflated" are refused, and a stored entry is as large packed as unpacked.
class ZipDirectory {
 public:
  /// Whether the file begins as a zip archive does.
  [[nodiscard]] static bool is_zip(const FileBytes& file);
  /// Throws Error(weights), naming the file and the offset or entry.
  static ZipDirectory read(const FileBytes& file);

  /// In the order of their names.
  [[nodiscard]] const std::vector<ZipEntry>& entries() const noexcept { return entries_; }
  /// Null where there is no such entry.
  [[nodiscard]] const ZipEntry* find(std::string_view name) const;

 private:
  std::vector<ZipEntry> entries_;
};

}  // namespace vit
