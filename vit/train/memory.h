#pragma once

namespace vit {

/// Has the allocator keep freed memory of any size for the next allocation, instead of giving large
/// blocks back to the system: each step of a training allocates what the last one freed, and fresh
/// memory costs a page fault every 4 KiB. To be called once, before the threads start. Does nothing
/// where the user has set MALLOC_MMAP_THRESHOLD_ or uses another allocator.
void keep_freed_memory();

}  // namespace vit
