#pragma once

#include <torch/types.h>

#include <vector>

namespace vit {

/// What a model and its loss are given at once.
struct Batch {
  torch::Tensor images;   ///< [B, C, H, W] float32, normalised
  torch::Tensor labels;   ///< [B] int64
  torch::Tensor indices;  ///< [B] int64, positions in the data set
  /// With multi-crop, each view of all samples, [B, C, h, w] with a size of its own; the first one
  /// is `images`. Else empty.
  std::vector<torch::Tensor> views;
  torch::Tensor targets;  ///< [B, K] float32 where samples were mixed: soft, instead of the labels
  /// Of each sample; where there are several, the first versions of all samples stand before the
  /// second ones, in `images`, `labels` and `indices` alike.
  std::int64_t versions = 1;

  [[nodiscard]] std::int64_t size() const { return images.size(0); }
  [[nodiscard]] std::int64_t samples() const { return size() / versions; }
  [[nodiscard]] Batch to(torch::Device device) const {
    // Not blocking: from page-locked memory, a GPU copies while the CPU goes on.
    const auto move = [&](const torch::Tensor& tensor) {
      return tensor.defined() ? tensor.to(device, /*non_blocking=*/true) : tensor;
    };
    Batch batch{move(images), move(labels), indices, {}, move(targets), versions};
    for (std::size_t i = 0; i < views.size(); ++i)
      batch.views.push_back(i == 0 ? batch.images : move(views[i]));
    return batch;
  }
};

}  // namespace vit
