#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace vit {

/// A pickled dictionary of images, as CIFAR's Python version holds them.
struct ImageBatch {
  std::size_t rows = 0, columns = 0;
  std::vector<std::uint8_t> bytes;   ///< `data`: [rows, columns], a row for each image
  std::vector<std::int64_t> labels;  ///< the list under the key that was asked for
};

/// Reads it without running anything of the pickle: `data`, an array of uint8, and the list of
/// whole numbers under `labels_key`. Throws Error (data) that names the file.
[[nodiscard]] ImageBatch read_image_batch(const std::filesystem::path& file,
                                          std::string_view labels_key);

}  // namespace vit
