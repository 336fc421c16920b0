#pragma once

namespace vit {

/// How a family of weights wants its pixels.
enum class Pixels {
  inception,  ///< mean 0.5, std 0.5: Google's ViTs and timm's default
  imagenet,   ///< mean .485 .456 .406, std .229 .224 .225: DeiT, DINO, MAE, the CNNs
  cifar,      ///< mean .4914 .4822 .4465, std .2470 .2435 .2616: networks for 32-pixel pictures
};

}  // namespace vit
