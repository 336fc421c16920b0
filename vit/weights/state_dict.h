#pragma once

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>

namespace vit {

/// The tensors of a weights file, whatever its format, under the names that the file gives them.
struct StateDict {
  std::map<std::string, torch::Tensor> tensors;  ///< on the CPU, in the types they have there
  std::map<std::string, std::string> metadata;   ///< text that lies beside them
  std::string format;                            ///< `safetensors`
};

/// Reads a weights file; its first bytes say which format it is. Throws Error (weights), naming
/// file and tensor, where it is damaged or of no known format.
[[nodiscard]] StateDict read_state_dict(const std::filesystem::path& path);

}  // namespace vit
