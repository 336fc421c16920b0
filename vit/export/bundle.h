#pragma once

#include <filesystem>

#include "vit/export/model_card.h"
#include "vit/models/image_model.h"
#include "vit/models/registry.h"

/// Models for other libraries: a folder with `model.safetensors` and the `config.json` by which
/// that library builds the architecture. Weights alone do not say what they are of.
namespace vit {

/// For timm: `timm.create_model("local-dir:FOLDER", pretrained=True)` gives the same logits. Throws
/// Error (usage) where an option is set that timm's model does not have; an epsilon of the norms is
/// timm's own there, and refused only where that changes what is computed.
void write_timm_bundle(const ModelSpec& spec, ImageModel& model, const ModelCard& card,
                       const std::filesystem::path& folder);

/// For transformers: `AutoModelForImageClassification.from_pretrained(FOLDER)` gives the same
/// logits
/// (`AutoModel` and the same tokens where there is no head), `AutoImageProcessor` the same kind of
/// pixels. Plain ViTs become `vit`, distilled DeiTs `deit`; with LayerScale and without a head they
/// become `dinov2` or `dinov2_with_registers`. Throws Error (usage) for what transformers has no
/// model of.
void write_transformers_bundle(const ModelSpec& spec, ImageModel& model, const ModelCard& card,
                               const std::filesystem::path& folder);

}  // namespace vit
