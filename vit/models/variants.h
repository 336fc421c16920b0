#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "vit/models/pixels.h"
#include "vit/models/vit_options.h"

namespace vit {

/// One named Vision Transformer: sizes, and what its family sets beside them. All options that are
/// in neither have timm's defaults.
struct ViTVariant {
  std::string_view name;
  std::int64_t embed_dim, depth, num_heads;
  std::int64_t patch_size, img_size;
  double mlp_ratio;
  void (*family)(ViTOptions& options);
  std::string_view paper;
};

/// The table of named Vision Transformers, with timm's names.
[[nodiscard]] std::span<const ViTVariant> vit_variants();

[[nodiscard]] ViTOptions options_of(const ViTVariant& variant);
/// Of its first row in the table of pretrained weights (pretrained.h).
[[nodiscard]] PixelInput input_of(const ViTVariant& variant);

}  // namespace vit
