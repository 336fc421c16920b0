#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "vit/image/input_spec.h"
#include "vit/report/section.h"
#include "vit/tasks/detect/detector.h"

namespace vit {

/// An image as a network with queries was given it, and which of them answer for its objects.
struct MatchedImage {
  Image image;
  std::string source;
  ObjectTargets objects;  ///< in its pixels
  torch::Tensor queries;  ///< [Q, 4] x0, y0, x1, y1: the box of every query, in its pixels
  std::vector<ObjectMatch> matches;
};

/// Looks at images x [B, C, H, W], normalised as `input` says, without gradients; nothing for heads
/// without queries. `sources` names the images. The detector is in evaluation mode.
[[nodiscard]] std::vector<MatchedImage> matched_images(Detector& detector, const torch::Tensor& x,
                                                       const std::vector<ObjectTargets>& targets,
                                                       InputSpec input,
                                                       const std::vector<std::string>& sources);

/// Which query took which object: on each image every object (thin) and the box of its query (bold,
/// with the query's number), and below, what each pair costs, part by part. Empty without images.
[[nodiscard]] std::vector<Section> matching_sections(const std::vector<MatchedImage>& images,
                                                     const std::vector<std::string>& classes);

}  // namespace vit
