#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "tests/support/skip.h"

namespace vit::test {

/// `name` in the folder with fixtures and data beside the project ($VIT_SHARED, or ../shared);
/// nothing, with a message, where it is not there. A test that needs it then ends without a result.
inline std::optional<std::filesystem::path> shared(const std::string& name) {
  const char* set = std::getenv("VIT_SHARED");
  const std::filesystem::path root =
      set ? set : std::filesystem::path(VIT_SOURCE_DIR) / "../shared";
  std::error_code error;
  if (std::filesystem::exists(root / name, error)) return root / name;
  skip("there is no " + (root / name).string());
  return std::nullopt;
}

}  // namespace vit::test
