#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "vit/augment/preprocess.h"
#include "vit/models/image_model.h"
#include "vit/optim/optimizer.h"
#include "vit/train/training_state.h"

namespace vit {

/// What a checkpoint says beside its tensors.
struct CheckpointInfo {
  TrainingState state;
  std::string config;               ///< the resolved experiment, YAML
  std::vector<std::string> labels;  ///< names of the classes
  Preprocessing preprocessing;
};

/// Writes one safetensors file, all or nothing: weights under timm's names, the optimizer's state
/// under `optim/`, and in the metadata what is needed to go on, with a checksum of each tensor.
void write_checkpoint(const std::filesystem::path& path, ImageModel& model, Optimizer& optimizer,
                      const CheckpointInfo& info);

/// Whether the file was written by write_checkpoint.
[[nodiscard]] bool is_checkpoint(const std::filesystem::path& path);

/// Reads the metadata and verifies every checksum. Throws Error (weights), naming the tensor, where
/// the file is damaged or was not written by write_checkpoint.
[[nodiscard]] CheckpointInfo read_checkpoint_info(const std::filesystem::path& path);

/// Puts weights and optimizer state back. Throws Error (weights) where they are of another model or
/// another optimizer.
void restore_checkpoint(const std::filesystem::path& path, ImageModel& model, Optimizer& optimizer);

}  // namespace vit
