#pragma once

#include <torch/types.h>

#include "vit/core/fields.h"

/// What masked autoencoders are trained by: the pixels of patches that they did not see.
namespace vit {

/// Images [B, C, H, W] -> patches [B, N, p q C] in reading order, each row by row with its channels
/// last (He et al. 2022; `patchify` of their repository).
[[nodiscard]] torch::Tensor patchify(const torch::Tensor& images, Size2 patch);
/// The inverse for a grid of patches: [B, N, p q C] -> [B, C, H, W].
[[nodiscard]] torch::Tensor unpatchify(const torch::Tensor& patches, Size2 patch, Size2 grid);

/// Mean and deviation of the pixels of each patch, [B, N, 1]: by the unbiased variance + 1e-6.
struct PatchStatistics {
  torch::Tensor mean, deviation;
};
[[nodiscard]] PatchStatistics patch_statistics(const torch::Tensor& patches);

/// The mean squared error of each patch, [B, N]: of `predicted` against `patches`, both [B, N, P],
/// or against patches of mean 0 and deviation 1 (`normalised`, MAE's norm_pix_loss, section 3).
[[nodiscard]] torch::Tensor patch_errors(const torch::Tensor& predicted,
                                         const torch::Tensor& patches, bool normalised);

/// The mean of errors over what is masked: both [B, N], 1: masked. Over the whole batch at once, as
/// MAE does it.
[[nodiscard]] torch::Tensor masked_mean(const torch::Tensor& errors, const torch::Tensor& mask);

/// SimMIM's loss (Xie et al. 2022, section 3.4): the absolute differences of `predicted` and
/// `images` [B, C, H, W] on the masked pixels, by their number + 1e-5 and by C. `mask` [B, h, w]
/// over the patches, 1: masked.
[[nodiscard]] torch::Tensor simmim_loss(const torch::Tensor& predicted, const torch::Tensor& images,
                                        const torch::Tensor& mask, Size2 patch);

/// What is known of patches [B, h, w] as pixels [B, 1, H, W].
[[nodiscard]] torch::Tensor to_pixels(const torch::Tensor& of_patches, Size2 patch);

}  // namespace vit
