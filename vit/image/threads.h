#pragma once

namespace vit {

/// Keeps OpenCV's functions to the thread that calls them: the loader's workers are the
/// parallelism.
void use_one_image_thread();

}  // namespace vit
