#pragma once

#include <variant>
#include <vector>

#include "vit/image/image.h"

namespace vit {

/// What a classifier says of an image: one number a class, before the softmax.
struct ClassScores {
  std::vector<float> logits;
};

/// What a segmenter says of an image: the class of each pixel of its file.
struct Segmentation {
  Image classes;  ///< one channel
};

/// What a model says of one image. A task adds its own kind here.
using Prediction = std::variant<ClassScores, Segmentation>;

}  // namespace vit
