#pragma once

#include "vit/weights/recognise.h"
#include "vit/weights/source_config.h"

namespace vit {

/// Replaces what names and shapes could not tell by what open_clip_config.json says of the image
/// tower, with its preprocessing. Throws Error (weights) where a key changes the tower in a way
/// that is not known here, and where the tensors are of another model.
void apply_open_clip(const SourceConfig& config, const NamedWeights& weights, Recognised& result);

/// Whether the tower is one of timm's, which open_clip_config.json names; then config.json's words
/// for it, as recognise_timm reads them.
[[nodiscard]] std::optional<SourceConfig> timm_tower(const SourceConfig& config);

}  // namespace vit
