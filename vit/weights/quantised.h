#pragma once

#include <filesystem>

#include "vit/weights/state_dict.h"

namespace vit {

/// Throws Error (weights) where the numbers of a file are not the weights: quantised ones, told by
/// config.json beside the file (quantization_config), by the tensors that hold their scales, or by
/// integers under the name of a weight; and an adapter (LoRA) that was not merged. What fp16, bf16
/// and plain fp8 files hold are the weights, rounded.
void refuse_quantised(const StateDict& file, const std::filesystem::path& path);

}  // namespace vit
