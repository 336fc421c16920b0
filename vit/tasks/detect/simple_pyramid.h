#pragma once

#include <string>

#include "vit/tasks/detect/feature_pyramid.h"

namespace vit {

struct SimplePyramidOptions {
  std::int64_t in_channels = 0;
  std::int64_t stride = 16;  ///< pixels between two patches
  std::int64_t out_channels = 256;
  std::vector<double> scale_factors{4, 2, 1, 0.5};  ///< of the patches' grid; each 4, 2, 1 or 0.5
  bool extra_level = false;  ///< every second cell of the coarsest map is one more (P6)
};

/// ViTDet's simple feature pyramid (Li et al. 2022, section 3): every map comes from the last map
/// of a plain ViT alone, by transposed convolutions (2x2, with layer norm and GELU between two of
/// them) or max pooling, then a 1x1 and a 3x3 convolution without bias, each followed by a layer
/// norm over channels. Names are detectron2's: `simfp_K.i`, where K is the binary logarithm of the
/// map's stride, rounded down.
class SimplePyramid final : public torch::nn::Module, public FeaturePyramid {
 public:
  explicit SimplePyramid(const SimplePyramidOptions& options);
  std::vector<torch::Tensor> forward(const std::vector<torch::Tensor>& maps) override;
  [[nodiscard]] torch::nn::Module& module() override { return *this; }
  [[nodiscard]] std::vector<std::int64_t> strides() const override;
  [[nodiscard]] std::int64_t out_channels() const override { return options_.out_channels; }
  /// As detectron2 leaves them: transposed convolutions uniform as torch::nn's, the others normal
  /// by their outputs (He et al. 2015).
  void init_weights(std::uint64_t seed) override;

 private:
  class Level;
  SimplePyramidOptions options_;
  std::vector<std::shared_ptr<Level>> levels_;
};

}  // namespace vit
