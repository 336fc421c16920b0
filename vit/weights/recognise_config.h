#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "vit/weights/recognise.h"

namespace vit {

/// A `config.json` that lies beside weights, of transformers or of timm.
struct ModelConfig {
  std::filesystem::path path;
  nlohmann::json json;          ///< of a model with two towers, the picture tower's
  nlohmann::json preprocessor;  ///< of `preprocessor_config.json`; null where there is none
  std::optional<Size2> img_size;
};

/// The config.json in the folder of a weights file; none where there is none, or it is of something
/// else. Throws Error (weights) where it is not JSON.
[[nodiscard]] std::optional<ModelConfig> find_config(const std::filesystem::path& weights);

/// Replaces what shapes could not tell, with the preprocessing and the class names.
void apply_config(const ModelConfig& config, Recognised& result);

}  // namespace vit
