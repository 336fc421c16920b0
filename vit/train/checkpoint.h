#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "vit/image/input_spec.h"
#include "vit/models/network.h"
#include "vit/optim/optimizer.h"
#include "vit/train/ema.h"
#include "vit/train/training_state.h"
#include "vit/weights/tensors.h"

namespace vit {

/// What a checkpoint says beside its tensors.
struct CheckpointInfo {
  TrainingState state;
  std::string config;               ///< the resolved experiment, YAML
  std::vector<std::string> labels;  ///< names of the classes
  InputSpec preprocessing;
};

/// All that a checkpoint holds, under the names it has there: weights under timm's, moving averages
/// under `ema/`, the optimizer's state under `optim/`. A layer with a low-rank adapter stands there
/// merged, as every other program reads it, and as it is trained under `lora/`. The tensors are
/// those of the run, except for merged ones, and for buffers, which a forward pass may change.
[[nodiscard]] NamedTensors checkpoint_tensors(Network& network, const Optimizer& optimizer,
                                              const Ema* ema = nullptr);

/// Writes one safetensors file, all or nothing: the tensors, and in the metadata what is needed to
/// go on, with a checksum of each tensor.
void write_checkpoint(const std::filesystem::path& path, const NamedTensors& tensors,
                      const CheckpointInfo& info);

/// Whether the file was written by write_checkpoint.
[[nodiscard]] bool is_checkpoint(const std::filesystem::path& path);

/// Reads the metadata and verifies every checksum. Throws Error (weights), naming the tensor, where
/// the file is damaged or was not written by write_checkpoint.
[[nodiscard]] CheckpointInfo read_checkpoint_info(const std::filesystem::path& path);

/// Puts weights, optimizer state and averages back. Throws Error (weights) where they are of
/// another model or another optimizer.
void restore_checkpoint(const std::filesystem::path& path, Network& network, Optimizer& optimizer,
                        Ema* ema = nullptr);

}  // namespace vit
