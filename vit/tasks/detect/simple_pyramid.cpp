#include "vit/tasks/detect/simple_pyramid.h"

#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/max_pool2d.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "vit/core/error.h"
#include "vit/nn/activation.h"
#include "vit/nn/conv.h"
#include "vit/nn/init.h"
#include "vit/nn/layer_norm2d.h"

namespace vit {
namespace {

void start(const LayerNorm2d& norm) {
  init::constant(norm->weight, 1);
  init::constant(norm->bias, 0);
}

std::int64_t level_number(double stride) {
  return static_cast<std::int64_t>(std::floor(std::log2(stride)));
}

}  // namespace

/// One map of the pyramid. Its parts have detectron2's numbers, which count what has no weights.
class SimplePyramid::Level final : public torch::nn::Module {
  /// Transposed convolution 2x2 with stride 2: twice the grid. x [B, D, h, w] -> [B, D', 2h, 2w].
  class Upsampling final : public torch::nn::Module {
   public:
    Upsampling(std::int64_t in, std::int64_t out) {
      weight = register_parameter("weight", torch::empty({in, out, 2, 2}));
      bias = register_parameter("bias", torch::empty({out}));
    }
    torch::Tensor forward(const torch::Tensor& x) {
      return at::conv_transpose2d(x, weight, bias, /*stride=*/2);
    }
    torch::Tensor weight, bias;
  };

  /// Convolution without bias and the layer norm behind it, under detectron2's names: the
  /// convolution's own `weight`, and `norm`.
  class NormedConv final : public torch::nn::Module {
   public:
    NormedConv(std::int64_t in, std::int64_t out, std::int64_t kernel) : padding_(kernel / 2) {
      weight = register_parameter("weight", torch::empty({out, in, kernel, kernel}));
      norm = register_module("norm", LayerNorm2d(LayerNorm2dOptions{.channels = out}));
    }
    torch::Tensor forward(const torch::Tensor& x) {
      return norm(at::conv2d(x, weight, /*bias=*/{}, /*stride=*/1, padding_));
    }
    torch::Tensor weight;
    LayerNorm2d norm{nullptr};

   private:
    std::int64_t padding_;
  };

 public:
  Level(const SimplePyramidOptions& options, double scale) : halves_(scale == 0.5) {
    std::int64_t width = options.in_channels, number = 0;
    for (double rest = scale; rest > 1; rest /= 2) {
      if (number > 0) {
        norm_ = register_module("1", LayerNorm2d(LayerNorm2dOptions{.channels = width}));
        number = 3;  // 2 is the GELU
      }
      up_.push_back(register_module(std::to_string(number++),
                                    std::make_shared<Upsampling>(width, width / 2)));
      width /= 2;
    }
    if (halves_) ++number;  // the pooling
    narrow_ = register_module(std::to_string(number),
                              std::make_shared<NormedConv>(width, options.out_channels, 1));
    smooth_ = register_module(
        std::to_string(number + 1),
        std::make_shared<NormedConv>(options.out_channels, options.out_channels, 3));
  }

  torch::Tensor forward(torch::Tensor x) {
    for (std::size_t i = 0; i < up_.size(); ++i) {
      if (i > 0) x = activate(norm_(x), Activation::gelu);
      x = up_[i]->forward(x);
    }
    if (halves_) x = at::max_pool2d(x, 2, 2);
    return smooth_->forward(narrow_->forward(x));
  }

  void init_weights(std::uint64_t seed, std::uint64_t& drawn) {
    for (const auto& up : up_) {
      const double bound = init::default_bound(up->weight);
      init::uniform(up->weight, bound, Rng(seed, Stream::init, 0, drawn++));
      init::uniform(up->bias, bound, Rng(seed, Stream::init, 0, drawn++));
    }
    for (const auto& conv : {narrow_, smooth_}) {
      init::kaiming_normal_fan_out(conv->weight, Rng(seed, Stream::init, 0, drawn++));
      start(conv->norm);
    }
    if (norm_) start(norm_);
  }

 private:
  bool halves_;
  std::vector<std::shared_ptr<Upsampling>> up_;
  LayerNorm2d norm_{nullptr};
  std::shared_ptr<NormedConv> narrow_, smooth_;
};

SimplePyramid::SimplePyramid(const SimplePyramidOptions& options) : options_(options) {
  for (const double scale : options.scale_factors) {
    if (scale != 4 && scale != 2 && scale != 1 && scale != 0.5)
      throw Error(ErrorKind::usage, "task.pyramid.scale_factors",
                  vit::str(scale, " is none of 4, 2, 1 and 0.5"),
                  "name the maps' sizes in units of the patches' grid");
    const std::string name =
        "simfp_" + std::to_string(level_number(static_cast<double>(options.stride) / scale));
    levels_.push_back(register_module(name, std::make_shared<Level>(options, scale)));
  }
  if (!std::is_sorted(options.scale_factors.rbegin(), options.scale_factors.rend()) ||
      options.scale_factors.empty())
    throw Error(ErrorKind::usage, "task.pyramid.scale_factors", "is to begin with the finest map",
                "write [2, 1, 0.5]");
}

std::vector<torch::Tensor> SimplePyramid::forward(const std::vector<torch::Tensor>& maps) {
  if (maps.size() != 1 || maps[0].dim() != 4 || maps[0].size(1) != options_.in_channels)
    throw Error(
        ErrorKind::usage, "SimplePyramid",
        vit::str("expected one map [B, ", options_.in_channels, ", h, w], got ", maps.size(),
                 maps.empty() ? std::string() : vit::str(", the first ", maps[0].sizes())));
  const bool halves = options_.scale_factors.back() < 1;
  if (halves && (maps[0].size(2) < 2 || maps[0].size(3) < 2))
    throw Error(ErrorKind::usage, "model.patch_size",
                vit::str("an image is a grid of ", maps[0].size(2), "x", maps[0].size(3),
                         " patches, which task.pyramid.scale_factors halves"),
                "lower it, raise model.img_size, or leave 0.5 out of the factors");
  std::vector<torch::Tensor> levels;
  for (const auto& level : levels_) levels.push_back(level->forward(maps[0]));
  if (options_.extra_level) levels.push_back(at::max_pool2d(levels.back(), 1, 2));
  return levels;
}

std::vector<std::int64_t> SimplePyramid::strides() const {
  std::vector<std::int64_t> strides;
  for (const double scale : options_.scale_factors)
    strides.push_back(
        static_cast<std::int64_t>(std::lround(static_cast<double>(options_.stride) / scale)));
  if (options_.extra_level) strides.push_back(2 * strides.back());
  return strides;
}

void SimplePyramid::init_weights(std::uint64_t seed) {
  std::uint64_t drawn = 0;
  for (const auto& level : levels_) level->init_weights(seed, drawn);
}

}  // namespace vit
