#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace vit {

/// A numeric array of a MATLAB file, the first dimension the fastest.
struct MatArray {
  std::vector<std::uint32_t> sizes;
  std::vector<std::uint8_t> values;  ///< whole numbers from 0 to 255
};

/// Reads the arrays of a MATLAB file of level 5 (`save -v6` and `-v7`, compressed or not), which
/// must be real and hold whole numbers from 0 to 255, whatever type they are stored in, at most
/// 4 GiB. Throws Error (data) for anything else and for damage.
[[nodiscard]] std::map<std::string, MatArray> read_mat(const std::filesystem::path& file);

}  // namespace vit
