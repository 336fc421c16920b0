#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/data/registry.h"
#include "vit/data/sample_parts.h"

namespace vit {

/// What a folder of data was found to be.
struct DataLayout {
  DataSpec spec;             ///< how an experiment opens it
  SampleParts samples = {};  ///< what was found in it, of what such a data set can have
  bool has_val = false;      ///< whether validation lies by itself
  std::string found;         ///< for people: `COCO's annotations/instances_train2017.json`
  std::vector<std::string> remarks{};  ///< what was assumed, and what to look at
};

/// Looks at a folder: the YOLO tools' data.yaml, Pascal VOC, COCO (also one file beside the images
/// of each split, as Roboflow exports it), masks beside images, lists of images with labels or
/// captions, tar shards, a folder for each class with or without splits, or nothing but images.
/// Annotations are looked at as far as it takes to know what they are, and not checked.
/// Throws Error (data) where there is no image, or something is missing that has to be there.
[[nodiscard]] DataLayout find_layout(const std::filesystem::path& folder);

/// How large the images below a folder are: the medians of heights and widths of up to 50 of them;
/// 0 where none can be read.
[[nodiscard]] Size2 usual_size(const std::filesystem::path& folder);

}  // namespace vit
