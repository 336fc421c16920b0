#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace vit {

struct PreparedData {
  std::filesystem::path root;
  std::int64_t train = 0, val = 0, classes = 0;
};

/// Unpacks the archive of a data set into `root` (empty: `data/NAME`), so that `data: {name: NAME,
/// root: ROOT}` reads it. An archive with one folder around everything loses that folder. Where
/// `root` is there already and complete, nothing is done. Throws Error (data) where the archive
/// does not hold this data set; nothing is left behind then.
PreparedData prepare_data(const std::string& name, const std::filesystem::path& archive,
                          const std::filesystem::path& root);

}  // namespace vit
