#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "vit/models/pixels.h"
#include "vit/models/resnet.h"

namespace vit {

/// One named residual network.
struct ResNetVariant {
  std::string_view name;
  std::string_view block;
  std::array<std::int64_t, 4> layers;  ///< blocks of each stage; 0: there is no such stage
  // As in timm's default configuration.
  Pixels pixels = Pixels::imagenet;
  double crop_pct = 0.95;
  std::string_view interpolation = "bicubic";
  bool cifar = false;  ///< section 4.2: three stages of 16, 32, 64 channels for pictures of 32 px
  std::string_view paper = "He et al. 2016";
};

/// The table of named residual networks, with timm's names.
[[nodiscard]] std::span<const ResNetVariant> resnet_variants();

[[nodiscard]] ResNetOptions options_of(const ResNetVariant& variant);
[[nodiscard]] PixelInput input_of(const ResNetVariant& variant);

}  // namespace vit
