#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <vector>

#include "vit/io/file.h"
#include "vit/io/gzip.h"

struct archive;

namespace vit {

struct FreeArchive {
  void operator()(::archive* handle) const noexcept;
};
using ArchiveHandle = std::unique_ptr<::archive, FreeArchive>;

/// The bytes of a packed file, unpacked (gzip, bzip2, xz, zstd, or plain): what a tar reader reads.
///
/// It is kept apart from the tar reader because that one stops at the tar's end mark, and the
/// checksum of a packed stream stands behind it: only who skips to the end knows that every byte
/// was sound. Zip files pack each entry by itself and are passed on as they are, with seeking.
class ArchiveStream {
 public:
  explicit ArchiveStream(const std::filesystem::path& path);
  ArchiveStream(const ArchiveStream&) = delete;  // libarchive holds its address
  ArchiveStream& operator=(const ArchiveStream&) = delete;

  [[nodiscard]] const FileBytes& file() const noexcept { return file_; }
  [[nodiscard]] bool is_zip() const noexcept { return is_zip_; }
  /// How many bytes came out, and how many of the file went in.
  [[nodiscard]] std::uint64_t unpacked_bytes() const noexcept { return unpacked_; }
  [[nodiscard]] std::uint64_t packed_bytes() const noexcept {
    return gzip_ ? gzip_->packed_bytes() : furthest_;
  }

  /// Makes `reader` read this stream.
  void attach(::archive* reader);
  /// What went wrong under a call of the reader, if this stream is to blame.
  void rethrow_failure() const;
  /// After the tar's end mark: reads a piece of what follows; false at the end. Throws Error(data)
  /// where it is damaged, or where a plain tar has no end mark and so may be cut short.
  bool skip_piece();

 private:
  void open_filter();
  std::size_t read_packed();    // fills packed_; 0 at the end
  std::size_t read_unpacked();  // fills piece_; 0 at the end
  void check(int result) const;

  FileBytes file_;
  bool is_zip_ = false, is_plain_ = false;
  std::vector<std::byte> packed_, piece_;
  // What unpacks packed_ into piece_: the one, the other, or for a zip file neither.
  std::unique_ptr<GzipReader> gzip_;
  ArchiveHandle filter_;
  std::uint64_t position_ = 0, furthest_ = 0, unpacked_ = 0;
  std::size_t zeros_at_end_ = 0;
  std::exception_ptr failure_;
};

}  // namespace vit
