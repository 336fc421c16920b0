#pragma once

#include <filesystem>
#include <optional>

#include "vit/weights/state_dict.h"

namespace vit {

/// Weights with the adapter of PEFT merged into them.
struct MergedAdapter {
  StateDict state;
  std::filesystem::path base;  ///< the file of weights that it was made for
};

/// Whether `path` is an adapter of PEFT: adapter_model.safetensors or .bin, with
/// adapter_config.json beside it.
[[nodiscard]] bool is_adapter(const std::filesystem::path& path);

/// Reads an adapter and the weights that it is for: those in its own folder, or else what its
/// config names (a folder or file, from the adapter's folder or from the working folder, or a
/// repository of the hub; see weights_path). LoRA of linear layers and convolutions is merged in
/// float32: W + alpha / r B A, with alpha / sqrt(r) where use_rslora says so; biases and modules
/// that were trained whole take the place of the base's.
///
/// Throws Error (weights): another method than LoRA or an option that is not understood, by its
/// name; a tensor of the adapter that the base has no place for, or of another shape; a base that
/// is not found.
[[nodiscard]] MergedAdapter merge_adapter(const std::filesystem::path& path);

}  // namespace vit
