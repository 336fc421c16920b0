#pragma once

#include <filesystem>
#include <memory>

#include "vit/data/dataset.h"
#include "vit/data/split.h"

namespace vit {

/// Images without labels: those below ROOT/train, or below ROOT where there is no such folder, at
/// any depth; and for validation those below ROOT/val (or validation, valid, test). Sorted by path.
/// Throws Error (data) where there is none.
[[nodiscard]] std::unique_ptr<Dataset> images(const std::filesystem::path& root, Split split);

}  // namespace vit
