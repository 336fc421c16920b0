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

/// Has the allocator keep freed memory of any size for the next allocation, instead of giving large
/// blocks back to the system: each step of a training allocates what the last one freed, and fresh
/// memory costs a page fault every 4 KiB. To be called once, before the threads start. Does nothing
/// where the user has set MALLOC_MMAP_THRESHOLD_ or uses another allocator.
void keep_freed_memory();

}  // namespace vit
