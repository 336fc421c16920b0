#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace vit {

/// How a family of weights wants its pixels.
enum class Pixels {
  inception,  ///< mean 0.5, std 0.5: Google's ViTs and timm's default
  imagenet,   ///< mean .485 .456 .406, std .229 .224 .225: DeiT, DINO, MAE
};

/// One named Vision Transformer. All options that are not here have timm's defaults.
struct ViTVariant {
  std::string_view name;
  std::int64_t embed_dim, depth, num_heads;
  std::int64_t patch_size, img_size;
  double mlp_ratio = 4.0;
  Pixels pixels = Pixels::inception;
  double crop_pct = 0.9;
  std::string_view paper = "Dosovitskiy et al. 2021";
};

/// The table of named Vision Transformers, with timm's names.
[[nodiscard]] std::span<const ViTVariant> vit_variants();

}  // namespace vit
