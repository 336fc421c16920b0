#pragma once

#include <cstdint>
#include <string_view>

#include "vit/augment/named_op.h"
#include "vit/core/rng.h"

namespace vit {

/// The augmentation space of torchvision's AutoAugment, or the wider one of its TrivialAugmentWide.
enum class AugmentSpace { standard, wide };

/// The magnitude number `bin`, from 0, of `bins` that are spread evenly from none to the largest.
struct MagnitudeBin {
  std::int64_t bin, bins;
};

/// Does operation `name` at this magnitude of the space; the sign is drawn where it has one.
void apply_torchvision_op(std::string_view name, const MagnitudeBin& at, AugmentSpace space,
                          const NamedOpOptions& options, Sample& sample, Rng& rng);

}  // namespace vit
