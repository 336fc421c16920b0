#pragma once

#include "vit/weights/recognise.h"
#include "vit/weights/source_config.h"

namespace vit {

/// Throws Error (weights) where transformers' model is none that is known here.
void check_model_type(const SourceConfig& config);

/// The image tower's size by transformers' config.json, by which positions are found.
[[nodiscard]] std::optional<Size2> transformers_img_size(const SourceConfig& config);

/// Replaces what names and shapes could not tell by what transformers' config.json says, with the
/// preprocessing and the class names. A key that its class does not know changes nothing there, and
/// nothing here. Throws Error (weights) where the model or a value is not known here, and where the
/// tensors are of another model.
void apply_transformers(const SourceConfig& config, const NamedWeights& weights,
                        Recognised& result);

}  // namespace vit
