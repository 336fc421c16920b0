#pragma once

#include <filesystem>
#include <optional>

#include "vit/weights/state_dict.h"

namespace vit {

/// Weights that are split over several files, as transformers and accelerate do it:
/// `model-00001-of-00003.safetensors` or `.bin`, and an index that says which tensor lies in which.

/// Whether `path` is an index (`*.index.json`) or one of such files; only one shard of several is
/// never a model.
[[nodiscard]] bool is_sharded(const std::filesystem::path& path);

/// All tensors of the shards that the index names; without an index, of all files of the same name
/// and count. Throws Error (weights), naming the file: a shard is missing, a tensor lies in two of
/// them, or not where the index says, or in none.
[[nodiscard]] StateDict read_shards(const std::filesystem::path& path);

}  // namespace vit
