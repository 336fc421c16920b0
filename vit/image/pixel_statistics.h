#pragma once

#include <vector>

namespace vit {

/// Mean and standard deviation of each channel of pixels in [0, 1], by which inputs are normalised.
struct PixelStatistics {
  std::vector<double> mean, std;
};

/// Of ImageNet: timm's IMAGENET_DEFAULT_MEAN and _STD, and torchvision's.
inline const PixelStatistics kImageNetPixels{{0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}};
/// A half each: timm's IMAGENET_INCEPTION_MEAN and _STD, and transformers' standard.
inline const PixelStatistics kInceptionPixels{{0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}};
/// Of CLIP's training images (Radford et al. 2021): OPENAI_CLIP_MEAN and _STD.
inline const PixelStatistics kClipPixels{{0.48145466, 0.4578275, 0.40821073},
                                         {0.26862954, 0.26130258, 0.27577711}};

}  // namespace vit
