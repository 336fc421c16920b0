#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "vit/io/file.h"
#include "vit/io/zip_directory.h"

namespace vit {

/// Reads one entry of a zip archive from its start to its end, stored or deflated, and checks its
/// length and CRC-32. Never more than entry.bytes come out, whatever the packed data say.
class ZipEntryReader {
 public:
  /// `file` and `entry` must outlive it.
  ZipEntryReader(const FileBytes& file, const ZipEntry& entry);
  ~ZipEntryReader();
  ZipEntryReader(const ZipEntryReader&) = delete;
  ZipEntryReader& operator=(const ZipEntryReader&) = delete;

  /// How many bytes come after those that were read.
  [[nodiscard]] std::uint64_t left() const noexcept { return entry_.bytes - done_; }
  /// Fills `into`, which may have at most left() bytes; with the last of them the checksum is
  /// compared. Throws Error(weights), naming file, entry and offset.
  void read(std::span<std::byte> into);

 private:
  struct Inflater;
  [[noreturn]] void fail(const std::string& what) const;
  void read_stored(std::span<std::byte> into);
  void read_deflated(std::span<std::byte> into);
  void check_end();

  const FileBytes& file_;
  const ZipEntry& entry_;
  std::unique_ptr<Inflater> inflater_;  // null for a stored entry
  std::uint64_t done_ = 0, packed_done_ = 0;
  std::uint32_t crc_ = 0;
};

}  // namespace vit
