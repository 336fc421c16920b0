#include "vit/tasks/segment/network.h"

#include <ATen/ops/pad.h>
#include <torch/utils.h>

#include <algorithm>

#include "vit/core/error.h"
#include "vit/models/network_part.h"
#include "vit/tasks/segment/resize_logits.h"

namespace vit {
namespace {

constexpr const char* kBackbone = "backbone";
constexpr const char* kHead = "decode_head";

std::int64_t rounded_up(std::int64_t length, std::int64_t step) {
  return (length + step - 1) / step * step;
}

}  // namespace

SegmentNetwork::SegmentNetwork(std::shared_ptr<ImageModel> backbone, const SegmentOptions& options,
                               std::int64_t num_classes)
    : backbone_(std::move(backbone)), num_classes_(num_classes) {
  layers_ = resolved_layers({.layers = options.layers}, backbone_->num_layers(), "task.layers");
  const std::vector<std::int64_t> widths = backbone_->widths();
  if (widths.empty()) (void)backbone_->features({});  // says that it has none
  std::int64_t width = 0;
  for (const std::int64_t layer : layers_) width += widths[static_cast<std::size_t>(layer)];
  if (options.head != "linear" && layers_.size() != 1)
    throw Error(
        ErrorKind::usage, "task.layers",
        str("names ", layers_.size(), " layers, and the head ", options.head, " looks at one"),
        "name one, or choose task.head: linear");
  // The backbone is owned by the pointer to the model; its module is a part of it.
  register_module(kBackbone, std::shared_ptr<torch::nn::Module>(backbone_, &backbone_->module()));
  if (options.head == "linear") {
    LinearSegHeadOptions head = options.linear;
    head.in_channels = width;
    head.num_classes = num_classes;
    linear_ = register_module(kHead, LinearSegHead(head));
  } else if (options.head == "decoder_linear") {
    decoder_linear_ =
        register_module(kHead, DecoderLinear(DecoderLinearOptions{width, num_classes}));
  } else {
    MaskTransformerOptions head = options.decoder;
    head.d_encoder = width;
    head.num_classes = num_classes;
    mask_transformer_ = register_module(kHead, MaskTransformer(head));
  }
}

void SegmentNetwork::init_weights(std::uint64_t seed) {
  backbone_->init_weights(seed);
  init_head(seed);
}

void SegmentNetwork::init_head(std::uint64_t seed) {
  if (linear_) linear_->init_weights(seed);
  if (decoder_linear_) decoder_linear_->init_weights(seed);
  if (mask_transformer_) mask_transformer_->init_weights(seed);
}

std::vector<std::string> SegmentNetwork::no_weight_decay() const {
  return names_of_part(kBackbone, backbone_->no_weight_decay(), {std::string(kHead) + ".cls_emb"});
}

std::vector<LayerRule> SegmentNetwork::layer_rules() const {
  return rules_of_part(kBackbone, backbone_->layer_rules());
}

torch::nn::Module& SegmentNetwork::head() { return *named_children()[kHead]; }

bool SegmentNetwork::backbone_is_frozen() const {
  const auto parameters = backbone_->module().parameters();
  return std::none_of(parameters.begin(), parameters.end(),
                      [](const torch::Tensor& parameter) { return parameter.requires_grad(); });
}

Size2 SegmentNetwork::padded(Size2 size) const {
  const Size2 step = backbone_->stride();
  return {rounded_up(size.height, step.height), rounded_up(size.width, step.width)};
}

std::vector<torch::Tensor> SegmentNetwork::features(const torch::Tensor& x) {
  const Size2 size{x.size(2), x.size(3)}, whole = padded(size);
  const torch::Tensor input =
      size == whole ? x : at::pad(x, {0, whole.width - size.width, 0, whole.height - size.height});
  std::vector<torch::Tensor> maps;
  for (const Features& layer : backbone_->features(input, {.layers = layers_}))
    maps.push_back(layer.map());
  return maps;
}

torch::Tensor SegmentNetwork::logits(const std::vector<torch::Tensor>& features, Size2 size) {
  const torch::Tensor& first = features.front();
  const Size2 grid{first.size(2), first.size(3)}, whole = padded(size);
  torch::Tensor by_patch;  // [B, K, h, w]
  if (linear_) {
    std::vector<torch::Tensor> same = features;  // of stages, the smaller maps grow
    for (torch::Tensor& map : same)
      if (map.size(2) != grid.height || map.size(3) != grid.width) map = resize_logits(map, grid);
    by_patch = linear_->forward(same);
  } else {
    const torch::Tensor tokens = first.flatten(2).transpose(1, 2);  // [B, N, D]
    by_patch = decoder_linear_ ? decoder_linear_->forward(tokens, grid)
                               : mask_transformer_->forward(tokens, grid);
  }
  const torch::Tensor resized = resize_logits(by_patch.to(torch::kFloat32), whole);
  return resized.narrow(2, 0, size.height).narrow(3, 0, size.width);
}

torch::Tensor SegmentNetwork::forward(const torch::Tensor& x) {
  return logits(features(x), {x.size(2), x.size(3)});
}

}  // namespace vit
