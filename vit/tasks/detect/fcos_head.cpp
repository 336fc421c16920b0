#include "vit/tasks/detect/fcos_head.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/group_norm.h>
#include <torch/utils.h>

#include <cmath>

#include "vit/core/error.h"
#include "vit/nn/conv.h"
#include "vit/nn/init.h"

namespace vit {
namespace {

constexpr std::int64_t kGroups = 32;

Conv2d conv3x3(std::int64_t in, std::int64_t out) {
  return Conv2d(
      Conv2dOptions{.in_channels = in, .out_channels = out, .kernel_size = 3, .padding = 1});
}

/// [B, C, h, w] -> [B, h w, C]
torch::Tensor by_cell(const torch::Tensor& map) { return map.flatten(2).transpose(1, 2); }

}  // namespace

/// Convolutions `conv.0`, `conv.3` …, each with its norm (`conv.1` …), and the outputs behind them.
class FCOSHead::Tower final : public torch::nn::Module {
  class GroupNorm final : public torch::nn::Module {
   public:
    explicit GroupNorm(std::int64_t channels) {
      weight = register_parameter("weight", torch::ones({channels}));
      bias = register_parameter("bias", torch::zeros({channels}));
    }
    torch::Tensor forward(const torch::Tensor& x) {
      return at::group_norm(x, kGroups, weight, bias);
    }
    torch::Tensor weight, bias;
  };

 public:
  Tower(const FCOSHeadOptions& options,
        const std::vector<std::pair<std::string, std::int64_t>>& outputs) {
    const auto tower = register_module("conv", std::make_shared<torch::nn::Module>());
    for (std::int64_t i = 0; i < options.num_convs; ++i) {
      convs_.push_back(tower->register_module(std::to_string(3 * i),
                                              conv3x3(options.in_channels, options.in_channels)));
      norms_.push_back(tower->register_module(std::to_string(3 * i + 1),
                                              std::make_shared<GroupNorm>(options.in_channels)));
    }
    for (const auto& [name, channels] : outputs)
      outputs_.push_back(register_module(name, conv3x3(options.in_channels, channels)));
  }

  /// What each output says of a map, [B, C, h, w].
  std::vector<torch::Tensor> forward(torch::Tensor x) {
    for (std::size_t i = 0; i < convs_.size(); ++i)
      x = norms_[i]->forward(convs_[i]->forward(x)).relu();
    std::vector<torch::Tensor> found;
    for (Conv2d& output : outputs_) found.push_back(output->forward(x));
    return found;
  }

  void init_weights(std::uint64_t seed, std::uint64_t tower, double first_bias) {
    constexpr double kDeviation = 0.01;
    std::uint64_t drawn = 1000 * tower;
    for (const auto& convs : {convs_, outputs_})
      for (const Conv2d& conv : convs) {
        init::normal(conv->weight, kDeviation, Rng(seed, Stream::init, 1, drawn++));
        init::constant(conv->bias, 0);
      }
    init::constant(outputs_.front()->bias, first_bias);
    for (const auto& norm : norms_) {
      init::constant(norm->weight, 1);
      init::constant(norm->bias, 0);
    }
  }

 private:
  std::vector<Conv2d> convs_, outputs_;
  std::vector<std::shared_ptr<GroupNorm>> norms_;
};

FCOSHead::FCOSHead(const FCOSHeadOptions& options) : options_(options) {
  if (options.in_channels % kGroups != 0)
    throw Error(
        ErrorKind::usage, "task.fcos.channels",
        vit::str("is ", options.in_channels, ", and the head normalises ", kGroups, " groups"),
        vit::str("choose a multiple of ", kGroups));
  using Outputs = std::vector<std::pair<std::string, std::int64_t>>;
  classification_ = register_module(
      "classification_head",
      std::make_shared<Tower>(options, Outputs{{"cls_logits", options.num_classes}}));
  regression_ = register_module(
      "regression_head",
      std::make_shared<Tower>(options, Outputs{{"bbox_reg", 4}, {"bbox_ctrness", 1}}));
}

FCOSOutputs FCOSHead::forward(const std::vector<torch::Tensor>& maps) {
  std::vector<torch::Tensor> classes, sides, centres;
  for (const torch::Tensor& map : maps) {
    if (map.dim() != 4 || map.size(1) != options_.in_channels)
      throw Error(
          ErrorKind::usage, "FCOSHead",
          vit::str("expected maps [B, ", options_.in_channels, ", h, w], got ", map.sizes()));
    classes.push_back(by_cell(classification_->forward(map)[0]));
    const std::vector<torch::Tensor> box = regression_->forward(map);
    sides.push_back(by_cell(box[0].relu()));
    centres.push_back(by_cell(box[1]));
  }
  return {at::cat(classes, 1), at::cat(sides, 1), at::cat(centres, 1)};
}

void FCOSHead::init_weights(std::uint64_t seed) {
  constexpr double kPrior = 0.01;
  classification_->init_weights(seed, 0, -std::log((1 - kPrior) / kPrior));
  regression_->init_weights(seed, 1, 0);
}

}  // namespace vit
