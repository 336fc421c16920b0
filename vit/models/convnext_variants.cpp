#include "vit/models/convnext_variants.h"

namespace vit {
namespace {

constexpr ConvNeXtVariant kConvNeXtVariants[] = {
    {"test_convnext",
     {1, 2, 4, 2},
     {24, 32, 48, 64},
     0.95,
     160,
     Pixels::inception,
     "gelu_tanh",
     1e-5,
     "none: for tests"},
    {"convnext_tiny", {3, 3, 9, 3}, {96, 192, 384, 768}},
    {"convnext_small", {3, 3, 27, 3}, {96, 192, 384, 768}},
    {"convnext_base", {3, 3, 27, 3}, {128, 256, 512, 1024}, 0.875},
};

}  // namespace

std::span<const ConvNeXtVariant> convnext_variants() { return kConvNeXtVariants; }

ConvNeXtOptions options_of(const ConvNeXtVariant& variant) {
  ConvNeXtOptions options;
  options.img_size = {variant.img_size, variant.img_size};
  options.depths.assign(variant.depths.begin(), variant.depths.end());
  options.dims.assign(variant.dims.begin(), variant.dims.end());
  options.act_layer = variant.act_layer;
  options.norm_eps = variant.norm_eps;
  return options;
}

PixelInput input_of(const ConvNeXtVariant& variant) {
  return {.pixels = variant.pixels,
          .interpolation = variant.interpolation,
          .crop_pct = variant.crop_pct};
}

}  // namespace vit
