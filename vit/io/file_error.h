#pragma once

#include <filesystem>
#include <string_view>

#include "vit/core/error.h"

namespace vit {

/// The Error(resource) for a system call that failed with `error_number` (an errno): names the
/// path, what was tried (`action`: "cannot write"), the reason, and a remedy that fits it.
[[nodiscard]] Error file_error(const std::filesystem::path& path, std::string_view action,
                               int error_number);

}  // namespace vit
