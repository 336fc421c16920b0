#include "vit/models/cct_variants.h"

#include "vit/core/error.h"

namespace vit {
namespace {

constexpr CCTVariant kCCTVariants[] = {
    {"cct_2_3x2_32", Compact::cct, 2, 3, 2},
    {"cct_2_3x2_32_sine", Compact::cct, 2, 3, 2, "sine"},
    {"cct_4_3x2_32", Compact::cct, 4, 3, 2},
    {"cct_4_3x2_32_sine", Compact::cct, 4, 3, 2, "sine"},
    {"cct_6_3x1_32", Compact::cct, 6, 3, 1},
    {"cct_6_3x1_32_sine", Compact::cct, 6, 3, 1, "sine"},
    {"cct_6_3x2_32", Compact::cct, 6, 3, 2},
    {"cct_6_3x2_32_sine", Compact::cct, 6, 3, 2, "sine"},
    {"cct_7_3x1_32", Compact::cct, 7, 3, 1},
    {"cct_7_3x1_32_sine", Compact::cct, 7, 3, 1, "sine"},
    {"cct_7_3x1_32_c100", Compact::cct, 7, 3, 1, "learn", 32, 100},
    {"cct_7_3x1_32_sine_c100", Compact::cct, 7, 3, 1, "sine", 32, 100},
    {"cct_7_3x2_32", Compact::cct, 7, 3, 2},
    {"cct_7_3x2_32_sine", Compact::cct, 7, 3, 2, "sine"},
    {"cct_7_7x2_224", Compact::cct, 7, 7, 2, "learn", 224, 102, Pixels::imagenet, 0.9},
    {"cct_7_7x2_224_sine", Compact::cct, 7, 7, 2, "sine", 224, 102, Pixels::imagenet, 0.9},
    {"cct_14_7x2_224", Compact::cct, 14, 7, 2, "learn", 224, 1000, Pixels::imagenet, 0.9},
    {"cct_14_7x2_384", Compact::cct, 14, 7, 2, "learn", 384, 1000, Pixels::imagenet, 1.0},
    {"cvt_6_4_32", Compact::cvt, 6, 4, 1},
    {"cvt_6_4_32_sine", Compact::cvt, 6, 4, 1, "sine"},
    {"cvt_7_4_32", Compact::cvt, 7, 4, 1},
    {"cvt_7_4_32_sine", Compact::cvt, 7, 4, 1, "sine"},
    {"vit_lite_6_4_32", Compact::vit_lite, 6, 4, 1},
    {"vit_lite_6_4_32_sine", Compact::vit_lite, 6, 4, 1, "sine"},
    {"vit_lite_7_4_32", Compact::vit_lite, 7, 4, 1},
    {"vit_lite_7_4_32_sine", Compact::vit_lite, 7, 4, 1, "sine"},
};

struct Shape {
  std::int64_t embed_dim, num_heads;
  double mlp_ratio;
};

Shape shape_of(std::int64_t depth) {
  if (depth <= 4) return {128, 2, 1.0};
  if (depth <= 7) return {256, 4, 2.0};
  VIT_ASSERT(depth == 14, depth);
  return {384, 6, 3.0};
}

}  // namespace

std::span<const CCTVariant> cct_variants() { return kCCTVariants; }

CCTOptions options_of(const CCTVariant& variant) {
  const Shape shape = shape_of(variant.depth);
  CCTOptions options;
  options.img_size = {variant.img_size, variant.img_size};
  options.num_classes = variant.num_classes;
  options.conv_tokenizer = variant.kind == Compact::cct;
  options.seq_pool = variant.kind != Compact::vit_lite;
  options.kernel_size = variant.kernel_size;
  options.n_conv_layers = variant.n_conv_layers;
  options.embed_dim = shape.embed_dim;
  options.depth = variant.depth;
  options.num_heads = shape.num_heads;
  options.mlp_ratio = shape.mlp_ratio;
  options.pos_embed = variant.pos_embed;
  return options;
}

PixelInput input_of(const CCTVariant& variant) {
  return {.pixels = variant.pixels,
          .interpolation = variant.interpolation,
          .crop_pct = variant.crop_pct};
}

}  // namespace vit
