#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "vit/tasks/detect/rf_detr_decoder.h"
#include "vit/tasks/detect/rf_detr_stage.h"

namespace vit {

/// The first stage: each cell of the map says what is there, and the surest ones are where the
/// queries of the decoder start (Zhu et al. 2021, Deformable DETR, section 4.2; Zhang et al. 2022,
/// DINO, "mixed query selection"). Every group of queries has heads of its own here.
class RfDetrTransformerImpl : public torch::nn::Cloneable<RfDetrTransformerImpl> {
 public:
  RfDetrTransformerImpl(const RfDetrOptions& options, std::int64_t num_classes);
  void reset() override;

  /// Of a map with at least `count` cells, the best `count` of each of the first `groups` groups,
  /// one group after the other: [B, groups count, …]. Cells at the border of large grids are never
  /// among them (as transformers does it; the repository lets them be, without a box).
  RfDetrStage propose(const DecoderMemory& memory, std::int64_t groups, std::int64_t count);

  RfDetrOptions options;
  std::int64_t num_classes;
  RfDetrDecoder decoder{nullptr};
  // One for each group: Linear, Norm, Linear, DetrMlp.
  torch::nn::ModuleList enc_output{nullptr}, enc_output_norm{nullptr};
  torch::nn::ModuleList enc_out_class_embed{nullptr}, enc_out_bbox_embed{nullptr};
};
TORCH_MODULE(RfDetrTransformer);

}  // namespace vit
