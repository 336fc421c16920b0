#pragma once

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "vit/models/image_model.h"

namespace vit {

/// Parameters and buffers by name.
[[nodiscard]] std::map<std::string, torch::Tensor> named_tensors(ImageModel& model);

/// {"0": "cat", "1": "dog"}.
[[nodiscard]] nlohmann::json numbered_labels(const std::vector<std::string>& labels);

/// Makes the folder and puts `model.safetensors` and the JSON files into it, the weights last.
/// Throws Error (resource).
void write_bundle(const std::filesystem::path& folder,
                  const std::map<std::string, torch::Tensor>& tensors,
                  const std::map<std::string, nlohmann::json>& documents);

}  // namespace vit
