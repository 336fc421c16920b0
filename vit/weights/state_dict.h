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
  /// `safetensors`, `pth (zip)`, `pth (before torch 1.6)`, `TorchScript` or `npz`.
  std::string format;
  /// Which dict of a checkpoint the tensors are from: `model_ema`; empty where the file has one.
  std::string part;
  std::vector<std::string> choices;  ///< all dicts with tensors that the checkpoint has
};

/// Reads weights: a file, all shards of several (see read_shards), or what lies in a folder (see
/// weights_path). The first bytes of a file say which format it is: safetensors (MLX's too, whose
/// kernels are turned as PyTorch has them), torch.save's zip and older format (.pth, .pt, .bin,
/// .ckpt), TorchScript and what LibTorch C++ saves (.pt, .ot), or NumPy's .npz. Nothing in it is
/// executed.
///
/// `part` chooses the dict of a checkpoint by its dotted path (`student`); without it averaged
/// weights are preferred, as timm does (find_torch_weights). Memory: the tensors, the file's
/// directory, and at most one more tensor.
///
/// Throws Error (weights), naming file and tensor or offset, where it is damaged, has no such part,
/// or is of another format, which is called by its name (see foreign_file).
[[nodiscard]] StateDict read_state_dict(const std::filesystem::path& path,
                                        std::string_view part = {});

/// The same for this one file alone.
[[nodiscard]] StateDict read_state_file(const std::filesystem::path& path,
                                        std::string_view part = {});

}  // namespace vit
