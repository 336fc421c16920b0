#pragma once

#include <optional>
#include <string>

#include "vit/augment/leveled_op.h"
#include "vit/image/input_spec.h"

namespace vit {

/// What timm's transforms_factory passes to its policies for this input: pictures move over the
/// mean colour, by up to 0.45 of the side, with the model's interpolation. `interpolation` may name
/// another, or `random` for bilinear or bicubic by chance. Filters that the affine transform does
/// not have become bicubic.
[[nodiscard]] StepOptions step_options(const InputSpec& input,
                                       const std::optional<std::string>& interpolation);

/// The mean of the input as a colour.
[[nodiscard]] Colour mean_colour(const InputSpec& input);

}  // namespace vit
