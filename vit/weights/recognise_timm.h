#pragma once

#include "vit/weights/recognise.h"
#include "vit/weights/source_config.h"

namespace vit {

/// The model that timm's config.json names: the variant's own options, but for those that
/// `model_args` change and for what the tensors alone tell (classes, channels, the grid of
/// positions). Throws Error (weights) where the variant is none of `vit models`, where an argument
/// or its value is not known here, and where the tensors are of another model.
[[nodiscard]] Recognised recognise_timm(const SourceConfig& config, const NamedWeights& weights);

}  // namespace vit
