#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <vector>

#include "vit/image/image.h"
#include "vit/io/file_descriptor.h"

namespace vit {

/// Decoded pictures of a data set in a file, by position: raw pixels one behind the other, and an
/// index of fixed records. Thread-safe. Errors are Error(resource).
class PixelStore {
 public:
  /// Opens or makes `path` and `path.index` for `size` samples; of the index, what is whole and
  /// inside the file is taken.
  PixelStore(const std::filesystem::path& path, std::int64_t size, std::uint64_t max_bytes);

  /// The picture and mask of a sample, if they are there for this `stamp` of their file. What
  /// another process has written is held against its checksum the first time.
  [[nodiscard]] bool read(std::int64_t index, std::uint64_t stamp, Image& image, Image& mask) const;
  /// Adds them, where there is room and this process may write.
  void add(std::int64_t index, std::uint64_t stamp, const Image& image, const Image& mask);

 private:
  struct Record;
  struct Place {
    std::uint64_t offset = 0, stamp = 0;
    std::int32_t width = 0, height = 0, mask_width = 0, mask_height = 0;
    std::uint32_t crc = 0;
    bool is_verified = false;  ///< this process has written it, or compared its checksum
  };

  void load_index();

  std::filesystem::path path_;
  FileDescriptor pixels_, index_;
  std::uint64_t max_bytes_, end_ = 0;
  bool writes_ = false;
  mutable std::mutex mutex_;
  mutable std::vector<std::optional<Place>> places_;
};

}  // namespace vit
