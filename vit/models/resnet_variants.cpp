#include "vit/models/resnet_variants.h"

namespace vit {
namespace {

constexpr ResNetVariant kResNetVariants[] = {
    {"resnet18", "basic", {2, 2, 2, 2}},
    {"resnet34", "basic", {3, 4, 6, 3}},
    {"resnet50", "bottleneck", {3, 4, 6, 3}},
    {"resnet101", "bottleneck", {3, 4, 23, 3}},
};

}  // namespace

std::span<const ResNetVariant> resnet_variants() { return kResNetVariants; }

ResNetOptions options_of(const ResNetVariant& variant) {
  ResNetOptions options;
  options.block = variant.block;
  options.layers.assign(variant.layers.begin(), variant.layers.end());
  return options;
}

PixelInput input_of(const ResNetVariant& variant) {
  return {.pixels = variant.pixels,
          .interpolation = variant.interpolation,
          .crop_pct = variant.crop_pct};
}

}  // namespace vit
