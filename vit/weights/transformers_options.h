#pragma once

#include <string_view>

#include "vit/weights/naming/convention.h"
#include "vit/weights/source_config.h"

namespace vit {

/// Holds every key of a config.json of transformers against what is known of it, in the order of
/// the file: refuses a key that nobody here understands (one that begins with `_` or is null says
/// nothing), a value that no model here has, and one that the tensors (under timm's names)
/// contradict. What is known to leave a prediction as it is may have any value: dropout, losses,
/// initial values, what transformers writes into every file.
void check_transformers_options(const SourceConfig& config, const TensorMap& tensors);

/// Whether the key is one that transformers writes whatever the model is.
[[nodiscard]] bool is_of_every_transformers_model(std::string_view key);

}  // namespace vit
