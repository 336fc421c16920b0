#pragma once

#include <filesystem>

#include "vit/models/registry.h"
#include "vit/tasks/contrast/network.h"
#include "vit/weights/load_report.h"

namespace vit {

/// Whether these are weights of a tower for images and one for texts, in a naming that is known:
/// ours, transformers' CLIP, SigLIP and SigLIP 2, OpenAI's (also as TorchScript), open_clip's both,
/// big_vision's.
[[nodiscard]] bool has_text_tower(const std::filesystem::path& weights);

/// Loads all of it; averages in place of a checkpoint's weights, where it has some. Throws Error
/// (weights) that lists what does not fit.
LoadReport load_contrast(ContrastNetwork& network, const std::filesystem::path& weights);

/// What the weights, and a config.json or open_clip_config.json beside them, say of loss, embedding
/// and text tower. Heads, activation, eps and end token stay as they are where they are set; what
/// nobody says is taken as its source has it: the image tower's activation, one head for 64
/// features.
void take_towers_from(const std::filesystem::path& weights, ContrastOptions& options,
                      ModelSpec& spec);

}  // namespace vit
