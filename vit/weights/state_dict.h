#pragma once

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

/// The tensors of a weights file, whatever its format, under the names that the file gives them.
struct StateDict {
  std::map<std::string, torch::Tensor>
      tensors;  ///< dense, on the CPU, in the types they have there
  /// Text that lies beside them: `__metadata__` of safetensors; of a checkpoint of torch.save what
  /// is no weight (epoch, args, optimizer), each in a few words.
  std::map<std::string, std::string> metadata;
  std::string format;  ///< `safetensors`, `pth (zip)`, `pth (before torch 1.6)` or `npz`
  /// Which dict of a checkpoint the tensors are from: `model_ema`; empty where the file has one.
  std::string part;
  std::vector<std::string> choices;  ///< all dicts with tensors that the checkpoint has
};

/// Reads a weights file; its first bytes say which format it is: safetensors, torch.save's zip and
/// older format (.pth, .pt, .bin, .ckpt), or NumPy's .npz. Nothing in it is executed.
///
/// `part` chooses the dict of a checkpoint by its dotted path (`student`); without it averaged
/// weights are preferred, as timm does (find_torch_weights). Memory: the tensors, the file's
/// directory, and at most one more tensor.
///
/// Throws Error (weights), naming file and tensor or offset, where it is damaged, of no known
/// format, or has no such part.
[[nodiscard]] StateDict read_state_dict(const std::filesystem::path& path,
                                        std::string_view part = {});

}  // namespace vit
