#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace vit {

/// An IDX file (the format of MNIST) of bytes.
struct IdxArray {
  std::vector<std::uint32_t> sizes;  ///< of each dimension, the slowest first
  std::vector<std::uint8_t> values;
};

/// Reads an IDX file of unsigned bytes with `dimensions` dimensions, plain or gzipped, of at most
/// 1 GiB. Throws Error (data) for another type, a header that contradicts the length, and damage.
[[nodiscard]] IdxArray read_idx(const std::filesystem::path& file, int dimensions);

}  // namespace vit
