#pragma once

#include <memory>
#include <vector>

#include "vit/tasks/backbone_network.h"
#include "vit/tasks/mae/mae_decoder.h"
#include "vit/tasks/mae/options.h"
#include "vit/tasks/mae/simmim_decoder.h"

namespace vit {

/// A masked autoencoder: an encoder (`backbone`) and what predicts the pixels that it did not see
/// (`decoder`, with the names of MAE's or SimMIM's repository).
///
/// What is masked follows from `noise`, one number for each unit: the units of the smallest numbers
/// are kept. A unit is a patch (MAE), or a square of task.mask_size pixels (SimMIM).
class MaeNetwork final : public BackboneNetwork {
 public:
  /// Throws Error (usage) where the mask would leave nothing or take nothing, where units and
  /// patches do not tile, or the backbone has no patches.
  MaeNetwork(std::shared_ptr<ImageModel> backbone, const MaeOptions& options);
  void init_parts(std::uint64_t seed) override;
  [[nodiscard]] std::vector<std::string> no_weight_decay() const override;

  /// Numbers that the noise of one image has.
  [[nodiscard]] std::int64_t num_units() const { return units_.height * units_.width; }
  [[nodiscard]] std::int64_t num_kept() const { return kept_; }

  struct Output {
    torch::Tensor loss;     ///< scalar
    torch::Tensor pred;     ///< [B, N, p q C] (MAE), or an image [B, C, H, W] (SimMIM)
    torch::Tensor mask;     ///< [B, N] float32, 1: removed
    torch::Tensor restore;  ///< MAE: [B, N], see MaeDecoder
  };
  /// x [B, C, H, W], normalised; noise [B, num_units()].
  Output forward(const torch::Tensor& x, const torch::Tensor& noise);

  /// All that is told of images, in one tensor [B, D + (C + 2) H W] float32: the pooled features of
  /// the whole image, the image with the predicted pixels in place of the removed ones, the mask
  /// and the errors that the loss is the mean of, of each pixel. One mask for all: `noise`
  /// [num_units()].
  torch::Tensor describe_images(const torch::Tensor& x, const torch::Tensor& noise);

  [[nodiscard]] torch::nn::Module& decoder();

 private:
  [[nodiscard]] Size2 grid() const;
  /// The order of the units, the kept ones first, [B, num_units()].
  [[nodiscard]] static torch::Tensor order_of(const torch::Tensor& noise);
  Output reconstruct(const torch::Tensor& x, const torch::Tensor& order);
  Output simmim(const torch::Tensor& x, const torch::Tensor& order);

  MaeOptions options_;
  Size2 patch_, units_{};
  std::int64_t kept_ = 0;
  MaeDecoder mae_decoder_{nullptr};  // one of these
  SimMimDecoder simmim_decoder_{nullptr};
};

}  // namespace vit
