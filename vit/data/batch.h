#pragma once

#include <torch/types.h>

namespace vit {

/// What a model and its loss are given at once.
struct Batch {
  torch::Tensor images;   ///< [B, C, H, W] float32, normalised
  torch::Tensor labels;   ///< [B] int64
  torch::Tensor indices;  ///< [B] int64, positions in the data set
  torch::Tensor targets;  ///< [B, K] float32 where samples were mixed: soft, instead of the labels

  [[nodiscard]] std::int64_t size() const { return images.size(0); }
  [[nodiscard]] Batch to(torch::Device device) const {
    // Not blocking: from page-locked memory, a GPU copies while the CPU goes on.
    const auto move = [&](const torch::Tensor& tensor) {
      return tensor.defined() ? tensor.to(device, /*non_blocking=*/true) : tensor;
    };
    return {move(images), move(labels), indices, move(targets)};
  }
};

}  // namespace vit
