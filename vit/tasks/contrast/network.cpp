#include "vit/tasks/contrast/network.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "vit/core/error.h"
#include "vit/models/network_part.h"
#include "vit/nn/init.h"

namespace vit {
namespace {

const std::string kImageTower = "image", kTextTower = "text";

torch::Tensor unit_length(const torch::Tensor& x) {
  const torch::Tensor full = x.to(torch::kFloat32);
  return full / full.norm(2, /*dim=*/-1, /*keepdim=*/true).clamp_min(1e-12);
}

double first_scale(const ContrastOptions& options) {
  constexpr double kClip = 1 / 0.07, kSiglip = 10;
  return options.init_logit_scale.value_or(std::log(options.loss == "clip" ? kClip : kSiglip));
}

std::int64_t width_of(ImageModel& image) {
  if (image.num_classes() > 0) return image.num_classes();
  const std::vector<std::int64_t> widths = image.widths();
  if (widths.empty()) (void)image.features({});  // says that it has none
  return widths.back();
}

}  // namespace

ContrastNetwork::ContrastNetwork(std::shared_ptr<ImageModel> image, const ContrastOptions& options)
    : image_(std::move(image)), options_(options) {
  register_module(kImageTower, std::shared_ptr<torch::nn::Module>(image_, &image_->module()));
  TextTowerOptions text = resolved(options.text, options.loss);
  text.embed_dim = width_of(*image_);
  text_ = register_module(kTextTower, TextTower(text));
  logit_scale = register_parameter("logit_scale", torch::zeros({}));
  if (options.loss == "siglip") logit_bias = register_parameter("logit_bias", torch::zeros({}));
  init::constant(logit_scale, first_scale(options_));
  if (logit_bias.defined()) init::constant(logit_bias, options_.init_logit_bias);
}

void ContrastNetwork::init_weights(std::uint64_t seed) {
  image_->init_weights(seed);
  init_text(seed);
}

void ContrastNetwork::init_text(std::uint64_t seed) {
  text_->init_weights(seed);
  init::constant(logit_scale, first_scale(options_));
  if (logit_bias.defined()) init::constant(logit_bias, options_.init_logit_bias);
}

std::vector<std::string> ContrastNetwork::no_weight_decay() const {
  return names_of_part(kImageTower, image_->no_weight_decay(), {kTextTower + ".pos_embed"});
}

std::vector<LayerRule> ContrastNetwork::layer_rules() const {
  return rules_of_part(kImageTower, image_->layer_rules());
}

std::vector<std::string> ContrastNetwork::heads() const {
  std::vector<std::string> names{kTextTower + ".head"};
  if (image_->num_classes() > 0) names.push_back(kImageTower + "." + image_->classifier());
  return names;
}

torch::Tensor ContrastNetwork::embed_images(const torch::Tensor& x) {
  return unit_length(image_->forward(x).flatten(1));
}

torch::Tensor ContrastNetwork::embed_texts(const torch::Tensor& ids) {
  return unit_length(text_->forward(ids));
}

torch::Tensor ContrastNetwork::scaled_texts(const torch::Tensor& ids) {
  return embed_texts(ids) * logit_scale.exp();
}

torch::Tensor ContrastNetwork::logits(const torch::Tensor& images, const torch::Tensor& texts) {
  const torch::Tensor scaled = logit_scale.exp() * images.matmul(texts.t());
  return logit_bias.defined() ? scaled + logit_bias : scaled;
}

torch::Tensor ContrastNetwork::loss(const ContrastivePairs& pairs) {
  return logit_bias.defined() ? siglip_loss(pairs, logit_scale.exp(), logit_bias)
                              : clip_loss(pairs, logit_scale.exp());
}

void ContrastNetwork::clamp_scale() {
  const torch::NoGradGuard no_grad;
  logit_scale.clamp_(0, std::log(100.0));
}

bool ContrastNetwork::image_is_frozen() const {
  const auto parameters = image_->module().parameters();
  return std::none_of(parameters.begin(), parameters.end(),
                      [](const torch::Tensor& parameter) { return parameter.requires_grad(); });
}

}  // namespace vit
