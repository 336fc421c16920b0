#include "vit/models/resnet_variants.h"

#include <algorithm>

namespace vit {
namespace {

constexpr ResNetVariant kResNetVariants[] = {
    {"resnet18", "basic", {2, 2, 2, 2}},
    {"resnet34", "basic", {3, 4, 6, 3}},
    {"resnet50", "bottleneck", {3, 4, 6, 3}},
    {"resnet101", "bottleneck", {3, 4, 23, 3}},
    {"resnet20_cifar", "basic", {3, 3, 3}, Pixels::cifar, 1.0, "bicubic", true},
    {"resnet32_cifar", "basic", {5, 5, 5}, Pixels::cifar, 1.0, "bicubic", true},
    {"resnet44_cifar", "basic", {7, 7, 7}, Pixels::cifar, 1.0, "bicubic", true},
    {"resnet56_cifar", "basic", {9, 9, 9}, Pixels::cifar, 1.0, "bicubic", true},
};

}  // namespace

std::span<const ResNetVariant> resnet_variants() { return kResNetVariants; }

ResNetOptions options_of(const ResNetVariant& variant) {
  ResNetOptions options;
  options.block = variant.block;
  options.layers.assign(variant.layers.begin(), std::ranges::find(variant.layers, 0));
  if (variant.cifar) {
    options.stem = "cifar";
    options.img_size = {32, 32};
    options.num_classes = 10;
    options.channels = {16, 32, 64};
  }
  return options;
}

PixelInput input_of(const ResNetVariant& variant) {
  return {.pixels = variant.pixels,
          .interpolation = variant.interpolation,
          .crop_pct = variant.crop_pct};
}

}  // namespace vit
