#pragma once

namespace vit::cli {

/// Has tcmalloc, where the program is linked with it, say nothing on stderr when it hands out a
/// gigabyte or more, as for the weights of a large model.
void quiet_allocator();

}  // namespace vit::cli
