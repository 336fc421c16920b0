#pragma once

#include <c10/core/Device.h>

namespace vit {

/// The most memory that this process has had at once, in bytes; 0 where the system does not tell.
/// On a GPU, the most that its tensors have had.
[[nodiscard]] double peak_memory(c10::Device device = c10::kCPU);
/// What it has now.
[[nodiscard]] double resident_memory();
/// What the system could still give, in bytes.
[[nodiscard]] double available_memory();

}  // namespace vit
