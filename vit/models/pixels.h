#pragma once

#include <string_view>

namespace vit {

/// How a family of weights wants its pixels: mean and standard deviation of each channel.
enum class Pixels {
  inception,  ///< 0.5, 0.5: Google's ViTs, SigLIP, and timm's default
  imagenet,   ///< .485 .456 .406, .229 .224 .225: DeiT, DINO, MAE, and most CNNs
  clip,       ///< .481 .458 .408, .269 .261 .276: OpenAI's CLIP, EVA
  cifar,      ///< .491 .482 .447, .247 .244 .262: CIFAR-10
  satellite,  ///< .43 .411 .296, .213 .156 .143: DINOv3's weights for satellite pictures
  unit,       ///< 0, 1: pixels in [0, 1] as they are
};

/// The pixels that a set of weights was made for: a wrong mean costs accuracy without a word.
struct PixelInput {
  Pixels pixels = Pixels::inception;
  std::string_view interpolation = "bicubic";
  double crop_pct = 0.9;  ///< of the evaluation transform
  std::string_view crop_mode = "center";
};

}  // namespace vit
