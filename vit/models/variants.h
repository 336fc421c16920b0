#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "vit/models/pixels.h"
#include "vit/models/vit.h"

namespace vit {

/// One named Vision Transformer. All options that are not here have timm's defaults.
struct ViTVariant {
  std::string_view name;
  std::int64_t embed_dim, depth, num_heads;
  std::int64_t patch_size, img_size;
  double mlp_ratio = 4.0;
  Pixels pixels = Pixels::inception;
  double crop_pct = 0.9;
  std::string_view paper = "Dosovitskiy et al. 2021";
  std::string_view interpolation = "bicubic";
};

/// The table of named Vision Transformers, with timm's names.
[[nodiscard]] std::span<const ViTVariant> vit_variants();

[[nodiscard]] ViTOptions options_of(const ViTVariant& variant);

}  // namespace vit
