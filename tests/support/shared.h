#pragma once

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

namespace vit::test {

/// `name` in the folder with fixtures and data beside the project ($VIT_SHARED, or ../shared);
/// nothing, with a message, where it is not there. A test that needs it then ends without a result.
inline std::optional<std::filesystem::path> shared(const std::string& name) {
  const char* set = std::getenv("VIT_SHARED");
  const std::filesystem::path root =
      set ? set : std::filesystem::path(VIT_SOURCE_DIR) / "../shared";
  std::error_code error;
  if (std::filesystem::exists(root / name, error)) return root / name;
  std::cerr << "skipped: there is no " << (root / name).string() << '\n';
  return std::nullopt;
}

}  // namespace vit::test
