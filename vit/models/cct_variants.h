#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "vit/models/cct.h"
#include "vit/models/pixels.h"

namespace vit {

/// How a compact transformer makes tokens and pools them.
enum class Compact {
  cct,       ///< convolutions with pooling, sequence pooling
  cvt,       ///< patches, sequence pooling
  vit_lite,  ///< patches, class token
};

/// One named compact transformer.
struct CCTVariant {
  std::string_view name;
  Compact kind;
  std::int64_t depth, kernel_size, n_conv_layers;
  std::string_view pos_embed = "learn";
  std::int64_t img_size = 32, num_classes = 10;
  Pixels pixels = Pixels::cifar;
  double crop_pct = 1.0;
  std::string_view interpolation = "bicubic";
  std::string_view paper = "Hassani et al. 2021";
};

/// The table of named compact transformers: the authors' names cct_DEPTH_KERNELxLAYERS_SIZE and
/// cvt_DEPTH_PATCH_SIZE; their vit_DEPTH_PATCH_SIZE are vit_lite_ here. The depth gives width,
/// heads and mlp_ratio.
[[nodiscard]] std::span<const CCTVariant> cct_variants();

[[nodiscard]] CCTOptions options_of(const CCTVariant& variant);
[[nodiscard]] PixelInput input_of(const CCTVariant& variant);

}  // namespace vit
