#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/tasks/segment/linear_head.h"
#include "vit/tasks/segment/seg_loss.h"
#include "vit/tasks/segment/segmenter_decoder.h"

namespace vit {

/// How the classes of an image's pixels are predicted.
struct SegmentInference {
  std::string mode = "whole";       ///< the image at once, or in sliding windows (slide)
  std::int64_t stride = 0;          ///< slide: pixels between windows; 0: two thirds of a window
  bool flip = false;                ///< also of the mirrored image, probabilities averaged
  std::vector<double> scales{1.0};  ///< slide: sizes of the image, probabilities averaged
};
void describe(FieldVisitor& visitor, SegmentInference& options);

/// How a segmenter is built, trained and asked.
struct SegmentOptions {
  std::string head = "linear";
  std::vector<std::int64_t> layers{-1};  ///< of the backbone, whose features the linear head joins
  LinearSegHeadOptions linear;
  MaskTransformerOptions decoder;
  SegLossOptions loss;
  SegmentInference inference;
};
void describe(FieldVisitor& visitor, SegmentOptions& options);

}  // namespace vit
