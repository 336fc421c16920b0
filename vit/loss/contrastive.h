#pragma once

#include <torch/types.h>

#include <cstdint>

namespace vit {

/// Features of images and of their texts, each row of length 1: row i of one belongs to row i of
/// the other.
struct ContrastivePairs {
  torch::Tensor image, text;  ///< [B, E], this process's
  /// [R B, E], those of all R processes, of which this one's begin at row `first`; undefined: this
  /// process is alone. Gradients pass through them to where they came from.
  torch::Tensor all_image{}, all_text{};
  std::int64_t first = 0;
};

/// CLIP's loss (Radford et al. 2021, figure 3): the mean of two cross entropies, that of each image
/// over all texts and that of each text over all images. `scale` is a scalar, the inverse
/// temperature. The mean over all processes is the loss of the joined batch. Scalar, float32.
[[nodiscard]] torch::Tensor clip_loss(const ContrastivePairs& pairs, const torch::Tensor& scale);

/// SigLIP's loss (Zhai et al. 2023, algorithm 1): each image with each text is a decision by
/// itself, -log sigmoid(±(scale x·y + bias)), + where they belong together; summed over the texts,
/// averaged over the images. The mean over all processes is the loss of the joined batch.
[[nodiscard]] torch::Tensor siglip_loss(const ContrastivePairs& pairs, const torch::Tensor& scale,
                                        const torch::Tensor& bias);

}  // namespace vit
