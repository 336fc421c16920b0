#pragma once

#include <torch/nn/module.h>

#include <memory>
#include <string>
#include <vector>

#include "vit/models/image_model.h"
#include "vit/nn/decoder.h"
#include "vit/tasks/caption/options.h"

namespace vit {

/// An image encoder (`encoder`, any ImageModel) and a decoder (`decoder`) that looks at all of its
/// tokens while it says a sentence word by word.
class CaptionNetwork final : public torch::nn::Module, public Network {
 public:
  /// The vocabulary's size is known.
  CaptionNetwork(std::shared_ptr<ImageModel> encoder, const CaptionOptions& options);

  torch::nn::Module& module() override { return *this; }
  void init_weights(std::uint64_t seed) override;
  /// Draws the decoder's weights alone.
  void init_decoder(std::uint64_t seed);
  [[nodiscard]] std::vector<std::string> no_weight_decay() const override;
  [[nodiscard]] std::vector<LayerRule> layer_rules() const override;
  [[nodiscard]] std::vector<std::string> heads() const override { return {"decoder"}; }

  /// Images [B, C, H, W] -> [B, N, D]: the encoder's tokens after its last norm, or the cells of a
  /// convolutional network's last map.
  [[nodiscard]] torch::Tensor memory(const torch::Tensor& x);
  /// Tokens [B, M] and memory -> logits [B, M, V] of the token that follows each.
  [[nodiscard]] torch::Tensor logits(const torch::Tensor& tokens, const torch::Tensor& memory);

  /// Logits [B, count, V] of the first tokens behind the begin, none of them given.
  [[nodiscard]] torch::Tensor parallel_logits(std::int64_t count, const torch::Tensor& memory);

  [[nodiscard]] ImageModel& encoder() { return *encoder_; }
  [[nodiscard]] DecoderImpl& decoder() { return *decoder_; }

 private:
  std::shared_ptr<ImageModel> encoder_;
  Decoder decoder_{nullptr};
};

}  // namespace vit
