#pragma once

#include <torch/csrc/jit/api/module.h>

#include <filesystem>
#include "vit/export/model_card.h"
#include "vit/models/image_model.h"
#include "vit/train/task.h"

namespace vit {

struct ExportCheck {
  double max_difference = 0;  ///< largest difference of a logit, over all batches tried
  double tolerance = 1e-5;    ///< times max(1, largest logit)
  bool fixed_size = false;    ///< the file takes images of the model's img_size only
};

/// Writes what a task exports as a TorchScript file that runs anywhere `torch.jit.load` or
/// `torch::jit::load` does: float [B, C, H, W] of any batch size, normalised as the card says ->
/// what its predictor reads (of a classifier, logits [B, K]); also converted, by its `.to(dtype)`,
/// to half precision or bfloat16. A ViT is exported for one size of images, also with
/// dynamic_img_size: the file refuses others by name. Convolutional networks take any.
///
/// The model is traced, written beside `path`, read back, and compared with itself on two batch
/// sizes that the trace has not seen; only then the file appears. Throws Error (weights) where the
/// outputs differ by more than the tolerance, Error (usage) where the card says that images keep
/// their shape and the file takes one size only, and Error (resource) where it cannot be written.
ExportCheck export_torchscript(const ExportedGraph& graph, const ModelCard& card,
                               const std::filesystem::path& path);
/// The same of a classifier by itself.
ExportCheck export_torchscript(ImageModel& model, const ModelCard& card,
                               const std::filesystem::path& path);

struct ScriptedModel {
  torch::jit::Module module;
  ModelCard card;
};

/// Reads such a file back, its tensors onto `device`. Throws Error (weights) where it is no
/// TorchScript file or has no card.
[[nodiscard]] ScriptedModel load_torchscript(const std::filesystem::path& path,
                                             c10::Device device = c10::kCPU);

/// What the file computes of images [B, C, H, W].
[[nodiscard]] torch::Tensor run_scripted(const ScriptedModel& scripted,
                                         const torch::Tensor& images);

/// What is computed of token ids [B, L] by the method `encode_text` of a graph, or of a file; null
/// where it has none.
[[nodiscard]] Graph text_graph(const ExportedGraph& graph);
[[nodiscard]] Graph text_graph(const ScriptedModel& scripted);

/// Whether the file is a model that export_torchscript wrote: TorchScript with a card. False for
/// what cannot be read; whoever opens it next says why.
[[nodiscard]] bool is_exported_model(const std::filesystem::path& path);

}  // namespace vit
