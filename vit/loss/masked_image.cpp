#include "vit/loss/masked_image.h"

namespace vit {

torch::Tensor patchify(const torch::Tensor& images, Size2 patch) {
  const std::int64_t channels = images.size(1), h = images.size(2) / patch.height,
                     w = images.size(3) / patch.width;
  return images  // [B, C, h, p, w, q] -> [B, h, w, p, q, C]
      .reshape({-1, channels, h, patch.height, w, patch.width})
      .permute({0, 2, 4, 3, 5, 1})
      .reshape({-1, h * w, patch.height * patch.width * channels});
}

torch::Tensor unpatchify(const torch::Tensor& patches, Size2 patch, Size2 grid) {
  const std::int64_t channels = patches.size(2) / (patch.height * patch.width);
  return patches  // [B, h, w, p, q, C] -> [B, C, h, p, w, q]
      .reshape({-1, grid.height, grid.width, patch.height, patch.width, channels})
      .permute({0, 5, 1, 3, 2, 4})
      .reshape({-1, channels, grid.height * patch.height, grid.width * patch.width});
}

PatchStatistics patch_statistics(const torch::Tensor& patches) {
  constexpr double kLeastVariance = 1e-6;
  return {patches.mean(-1, /*keepdim=*/true),
          (patches.var(-1, /*unbiased=*/true, /*keepdim=*/true) + kLeastVariance).sqrt()};
}

torch::Tensor patch_errors(const torch::Tensor& predicted, const torch::Tensor& patches,
                           bool normalised) {
  torch::Tensor target = patches.to(torch::kFloat32);
  if (normalised) {
    const PatchStatistics of = patch_statistics(target);
    target = (target - of.mean) / of.deviation;
  }
  return (predicted.to(torch::kFloat32) - target).square().mean(-1);
}

torch::Tensor masked_mean(const torch::Tensor& errors, const torch::Tensor& mask) {
  return (errors * mask).sum() / mask.sum();
}

torch::Tensor to_pixels(const torch::Tensor& of_patches, Size2 patch) {
  return of_patches.repeat_interleave(patch.height, 1)
      .repeat_interleave(patch.width, 2)
      .unsqueeze(1);
}

torch::Tensor simmim_loss(const torch::Tensor& predicted, const torch::Tensor& images,
                          const torch::Tensor& mask, Size2 patch) {
  constexpr double kNoPixels = 1e-5;  // of the repository: keeps an empty mask from dividing by 0
  const torch::Tensor pixels = to_pixels(mask.to(torch::kFloat32), patch);
  const torch::Tensor difference = (predicted.to(torch::kFloat32) - images).abs();
  return (difference * pixels).sum() / (pixels.sum() + kNoPixels) /
         static_cast<double>(images.size(1));
}

}  // namespace vit
