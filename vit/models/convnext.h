#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/pimpl.h>

#include <optional>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/models/convnext_stage.h"
#include "vit/models/image_model.h"
#include "vit/nn/layer_norm2d.h"
#include "vit/nn/linear.h"

namespace vit {

/// timm's keyword arguments of ConvNeXt, with timm's defaults.
struct ConvNeXtOptions {
  Size2 img_size{224, 224};
  std::int64_t in_chans = 3;
  std::int64_t num_classes = 1000;
  std::string global_pool = "avg";
  std::vector<std::int64_t> depths{3, 3, 9, 3};
  std::vector<std::int64_t> dims{96, 192, 384, 768};
  std::int64_t kernel_size = 7;
  std::int64_t patch_size = 4;
  std::optional<double> ls_init_value = 1e-6;
  std::string act_layer = "gelu";
  double norm_eps = 1e-6;
  std::optional<double> head_norm_eps;
  double head_init_scale = 1.0;
  double drop_rate = 0.0;
  double drop_path_rate = 0.0;
};
void describe(FieldVisitor& visitor, ConvNeXtOptions& options);

struct ConvNeXtHeadOptions {
  std::int64_t in_features = 0, num_classes = 0;
  std::string global_pool = "avg";
  double norm_eps = 1e-6;
  double drop_rate = 0.0;
};

/// Pooling, layer norm, classifier. x [B, C, H, W] -> [B, num_classes], or [B, C] where that is 0.
class ConvNeXtHeadImpl : public torch::nn::Cloneable<ConvNeXtHeadImpl> {
 public:
  explicit ConvNeXtHeadImpl(const ConvNeXtHeadOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);

  ConvNeXtHeadOptions options;
  LayerNorm2d norm{nullptr};
  Linear fc{nullptr};
};
TORCH_MODULE(ConvNeXtHead);

/// ConvNeXt, a convolutional network built as a transformer is (Liu et al. 2022), with timm's
/// state_dict keys: patches, then stages of blocks that halve the maps and widen the channels. It
/// takes pictures of any size from patch_size * 2^(stages - 1) on; img_size is the one that it is
/// used with. x [B, C, H, W] -> [B, num_classes].
class ConvNeXtImpl : public torch::nn::Cloneable<ConvNeXtImpl>, public ImageModel {
 public:
  explicit ConvNeXtImpl(const ConvNeXtOptions& options);
  void reset() override;

  torch::Tensor forward(const torch::Tensor& x) override {
    return forward_head(forward_features(x));
  }
  /// [B, C, H / 32, W / 32] with four stages and patches of 4
  torch::Tensor forward_features(const torch::Tensor& x) override;
  torch::Tensor forward_head(const torch::Tensor& features) override { return head(features); }

  torch::nn::Module& module() override { return *this; }
  void init_weights(std::uint64_t seed) override;
  [[nodiscard]] Size2 img_size() const override { return options.img_size; }
  [[nodiscard]] std::int64_t in_chans() const override { return options.in_chans; }
  [[nodiscard]] std::int64_t num_classes() const override { return options.num_classes; }
  [[nodiscard]] std::string classifier() const override { return "head.fc"; }
  [[nodiscard]] std::vector<Features> features(const torch::Tensor& x,
                                               const FeatureRequest& request = {}) override;
  [[nodiscard]] std::int64_t num_layers() const override {
    return static_cast<std::int64_t>(options.dims.size());
  }
  [[nodiscard]] std::vector<std::int64_t> widths() const override { return options.dims; }
  [[nodiscard]] Size2 stride() const override {
    const std::int64_t all = options.patch_size << (options.dims.size() - 1);
    return {all, all};
  }

  ConvNeXtOptions options;
  torch::nn::Sequential stem{nullptr};    ///< Conv2d, LayerNorm2d
  torch::nn::Sequential stages{nullptr};  ///< of ConvNeXtStage
  ConvNeXtHead head{nullptr};

 private:
  torch::Tensor stem_maps(const torch::Tensor& x);
};
TORCH_MODULE(ConvNeXt);

}  // namespace vit
