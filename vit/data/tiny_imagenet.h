#pragma once

#include <filesystem>
#include <memory>

#include "vit/data/dataset.h"
#include "vit/data/split.h"

namespace vit {

/// Tiny-ImageNet: 200 classes of 500 training and 50 validation pictures of 64x64. `root` (or
/// `tiny-imagenet-200/` in it) holds `wnids.txt`, `train/WNID/images/*.JPEG` and
/// `val/val_annotations.txt` with `val/images/`; names of classes are those of `words.txt` where it
/// is there. Throws Error (data), with the line where a file names what is not there.
std::unique_ptr<Dataset> tiny_imagenet(const std::filesystem::path& root, Split split);

}  // namespace vit
