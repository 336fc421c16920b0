#pragma once

#include "vit/weights/source_config.h"

namespace vit {

/// Throws Error (weights) at the first key of timm's config.json, at its top, that is not known:
/// it might change what the model computes. What stands in `model_args` is the variant's to know.
void check_timm_keys(const SourceConfig& config);

}  // namespace vit
