#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "tests/support/skip.h"

namespace vit::test {

/// `name`, such as fixtures/models/vit_cls, in the folder with fixtures and data beside the project
/// ($VIT_SHARED, or ../shared), or else among the few that come with it (tests/fixtures); nothing
/// where it is in neither: what needs it is skipped.
inline std::optional<std::filesystem::path> shared(const std::string& name) {
  const char* set = std::getenv("VIT_SHARED");
  const std::filesystem::path root =
      set ? set : std::filesystem::path(VIT_SOURCE_DIR) / "../shared";
  std::error_code error;
  for (const std::filesystem::path& folder :
       {root, std::filesystem::path(VIT_SOURCE_DIR) / "tests"})
    if (std::filesystem::exists(folder / name, error)) return folder / name;
  skip("there is no " + (root / name).string());
  return std::nullopt;
}

}  // namespace vit::test
