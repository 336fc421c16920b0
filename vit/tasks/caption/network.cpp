#include "vit/tasks/caption/network.h"

#include <torch/utils.h>

#include "vit/core/error.h"
#include "vit/models/network_part.h"
#include "vit/nn/init.h"

namespace vit {
namespace {

const std::string kEncoder = "encoder", kDecoder = "decoder";

}  // namespace

CaptionNetwork::CaptionNetwork(std::shared_ptr<ImageModel> encoder, const CaptionOptions& options)
    : encoder_(std::move(encoder)) {
  const std::vector<std::int64_t> widths = encoder_->widths();
  if (widths.empty()) (void)encoder_->features({});  // says that it has none
  register_module(kEncoder, std::shared_ptr<torch::nn::Module>(encoder_, &encoder_->module()));
  decoder_ = register_module(kDecoder, Decoder(decoder_options(options, widths.back())));
}

void CaptionNetwork::init_weights(std::uint64_t seed) {
  encoder_->init_weights(seed);
  init_decoder(seed);
}

void CaptionNetwork::init_decoder(std::uint64_t seed) {
  std::uint64_t index = 0;
  for (const auto& item : decoder_->named_parameters()) {
    const Rng rng(seed, Stream::init, 1, index++);
    if (item.key().starts_with("summary."))
      init::constant(item.value(), 0);
    else if (item.value().dim() > 1)
      init::trunc_normal(item.value(), 0.02, rng);
    else
      init::constant(item.value(), item.key().ends_with("bias") ? 0 : 1);
  }
}

std::vector<std::string> CaptionNetwork::no_weight_decay() const {
  return names_of_part(kEncoder, encoder_->no_weight_decay(),
                       {kDecoder + ".pos_embed", kDecoder + ".mask_token"});
}

std::vector<LayerRule> CaptionNetwork::layer_rules() const {
  return rules_of_part(kEncoder, encoder_->layer_rules());
}

torch::Tensor CaptionNetwork::memory(const torch::Tensor& x) {
  const torch::Tensor features = encoder_->forward_features(x);
  return features.dim() == 4 ? features.flatten(2).transpose(1, 2) : features;
}

torch::Tensor CaptionNetwork::logits(const torch::Tensor& tokens, const torch::Tensor& memory) {
  return decoder_->forward(tokens, memory);
}

torch::Tensor CaptionNetwork::parallel_logits(std::int64_t count, const torch::Tensor& memory) {
  return decoder_->forward_parallel(count, memory);
}

}  // namespace vit
