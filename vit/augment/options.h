#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vit/augment/mixup_options.h"
#include "vit/augment/multi_crop.h"
#include "vit/augment/random_erasing.h"
#include "vit/augment/registry.h"

namespace vit {

/// How training pictures are varied: the operations of `train` in their order, then `aa`, then
/// normalisation, random erasing, and the mixing of whole batches.
struct AugmentOptions {
  AugmentList train{"random_resized_crop", "hflip"};
  std::optional<std::string> aa;  ///< timm's string, see op_from_aa
  RandomErasingOptions erasing;
  MixupOptions mixup;
  MultiCropOptions multi_crop;  ///< where enabled, instead of `train`
  /// Multi-scale training: a factor of the model's size, drawn for each batch; empty: none.
  std::vector<double> multi_scale;
  std::int64_t multi_scale_step = 32;  ///< the sides become multiples of it

  /// `train` and `aa` together. Throws Error (usage) where `aa` is none.
  [[nodiscard]] AugmentList operations() const;
};
void describe(FieldVisitor& visitor, AugmentOptions& options);

}  // namespace vit
