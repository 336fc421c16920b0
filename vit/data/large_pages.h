#pragma once

#include <cstddef>

namespace vit {

/// Asks for pages of 2 MB under a large piece of memory that is about to be filled for the first
/// time: a batch would otherwise cost a page fault for each 4 kB. Only advice; without effect where
/// the system has no such pages.
void advise_large_pages(void* memory, std::size_t bytes);

}  // namespace vit
