#pragma once

#include <string_view>

#include "vit/augment/named_op.h"
#include "vit/core/rng.h"

namespace vit {

/// The augmentation space of torchvision's AutoAugment, or the wider one of its TrivialAugmentWide.
enum class AugmentSpace { standard, wide };

/// Does operation `name` at `part` (0 to 1) of the space's largest magnitude; the sign is drawn
/// where it has one.
void apply_torchvision_op(std::string_view name, double part, AugmentSpace space,
                          const NamedOpOptions& options, Sample& sample, Rng& rng);

}  // namespace vit
