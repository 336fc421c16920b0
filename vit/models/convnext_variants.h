#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "vit/models/convnext.h"
#include "vit/models/pixels.h"

namespace vit {

/// One named ConvNeXt.
struct ConvNeXtVariant {
  std::string_view name;
  std::array<std::int64_t, 4> depths, dims;
  // As in timm's default configuration.
  double crop_pct = 0.95;
  std::int64_t img_size = 224;
  Pixels pixels = Pixels::imagenet;
  std::string_view act_layer = "gelu";
  double norm_eps = 1e-6;
  std::string_view paper = "Liu et al. 2022";
  std::string_view interpolation = "bicubic";
};

/// The table of named ConvNeXts, with timm's names.
[[nodiscard]] std::span<const ConvNeXtVariant> convnext_variants();

[[nodiscard]] ConvNeXtOptions options_of(const ConvNeXtVariant& variant);
[[nodiscard]] PixelInput input_of(const ConvNeXtVariant& variant);

}  // namespace vit
