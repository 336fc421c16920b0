#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/pimpl.h>

#include <optional>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/models/image_model.h"
#include "vit/nn/conv.h"
#include "vit/nn/linear.h"

namespace vit {

/// timm's keyword arguments of ResNet, with timm's defaults; those of ResNet-18 where it has none.
struct ResNetOptions {
  Size2 img_size{224, 224};
  std::int64_t in_chans = 3;
  std::int64_t num_classes = 1000;
  std::string global_pool = "avg";
  std::string stem = "imagenet";
  std::optional<std::int64_t> stem_channels;
  std::string block = "basic";
  std::vector<std::int64_t> layers{2, 2, 2, 2};
  std::vector<std::int64_t> channels{64, 128, 256, 512};
  double drop_rate = 0.0;
  double drop_path_rate = 0.0;
  bool zero_init_last = true;
};
void describe(FieldVisitor& visitor, ResNetOptions& options);

/// The residual network (He et al. 2016, table 1), with timm's state_dict keys, which are
/// torchvision's: a stem, then stages of residual blocks that halve the picture and widen the
/// channels, then the mean over all pixels. The stem is a 7x7 convolution and a max pooling that
/// quarter the picture, or for small pictures one 3x3 convolution (section 4.2). It takes pictures
/// of any size; img_size is the one that it is used with. x [B, C, H, W] -> [B, num_classes].
class ResNetImpl : public torch::nn::Cloneable<ResNetImpl>, public ImageModel {
 public:
  explicit ResNetImpl(const ResNetOptions& options);
  void reset() override;

  torch::Tensor forward(const torch::Tensor& x) override {
    return forward_head(forward_features(x));
  }
  /// [B, C, H / 32, W / 32] with four stages and the stem for ImageNet
  torch::Tensor forward_features(const torch::Tensor& x) override;
  torch::Tensor forward_head(const torch::Tensor& features) override;

  torch::nn::Module& module() override { return *this; }
  void init_weights(std::uint64_t seed) override;
  [[nodiscard]] Size2 img_size() const override { return options.img_size; }
  [[nodiscard]] std::int64_t in_chans() const override { return options.in_chans; }
  [[nodiscard]] std::int64_t num_classes() const override { return options.num_classes; }
  [[nodiscard]] std::string classifier() const override { return "fc"; }
  [[nodiscard]] std::vector<Features> features(const torch::Tensor& x,
                                               const FeatureRequest& request = {}) override;
  [[nodiscard]] std::int64_t num_layers() const override {
    return static_cast<std::int64_t>(options.layers.size());
  }
  [[nodiscard]] std::vector<std::int64_t> widths() const override;
  [[nodiscard]] Size2 stride() const override;

  ResNetOptions options;
  Conv2d conv1{nullptr};
  torch::nn::BatchNorm2d bn1{nullptr};
  std::vector<torch::nn::Sequential> layers;  ///< layer1, layer2 …: of ResNetBlock
  Linear fc{nullptr};

 private:
  torch::Tensor stem_maps(const torch::Tensor& x);
};
TORCH_MODULE(ResNet);

}  // namespace vit
