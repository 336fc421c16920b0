#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/pimpl.h>

#include <string>

#include "vit/core/fields.h"
#include "vit/models/cct_block.h"
#include "vit/models/image_model.h"
#include "vit/nn/conv_tokenizer.h"
#include "vit/nn/linear.h"
#include "vit/nn/norm.h"

namespace vit {

/// The family of Hassani et al. 2021, with timm's words for what timm has too and the defaults of
/// CCT-2/3x2. ViT-Lite: conv_tokenizer and seq_pool false; CVT: conv_tokenizer false.
struct CCTOptions {
  Size2 img_size{32, 32};
  std::int64_t in_chans = 3;
  std::int64_t num_classes = 10;
  bool conv_tokenizer = true;
  bool seq_pool = true;
  std::int64_t kernel_size = 3;
  std::int64_t n_conv_layers = 2;
  std::int64_t embed_dim = 128;
  std::int64_t depth = 2;
  std::int64_t num_heads = 2;
  double mlp_ratio = 1.0;
  std::string pos_embed = "learn";
  double drop_rate = 0.0;
  double attn_drop_rate = 0.1;
  double drop_path_rate = 0.1;
};
void describe(FieldVisitor& visitor, CCTOptions& options);

/// Tokens to logits: positions, blocks, and a pooling of the sequence. x [B, N, D].
class CCTClassifierImpl : public torch::nn::Cloneable<CCTClassifierImpl> {
 public:
  CCTClassifierImpl(const CCTOptions& options, std::int64_t num_tokens);
  void reset() override;
  /// -> the tokens after the final norm, [B, N, D]; with a class token first where there is one.
  torch::Tensor forward_features(const torch::Tensor& x);
  torch::Tensor forward_head(const torch::Tensor& features);

  CCTOptions options;
  std::int64_t num_tokens;                ///< N
  torch::Tensor class_emb;                ///< [1, 1, D], without seq_pool
  torch::Tensor positional_emb;           ///< [1, N (+ 1), D]; a buffer where it is `sine`
  Linear attention_pool{nullptr};         ///< D -> 1, with seq_pool
  torch::nn::Sequential blocks{nullptr};  ///< of CCTBlock
  Norm norm{nullptr};
  Linear fc{nullptr};
};
TORCH_MODULE(CCTClassifier);

/// The Compact Convolutional Transformer and its simpler relatives for small pictures (Hassani et
/// al. 2021, "Escaping the Big Data Paradigm with Compact Transformers"), with the authors'
/// state_dict keys. x [B, C, H, W] -> [B, num_classes].
class CCTImpl : public torch::nn::Cloneable<CCTImpl>, public ImageModel {
 public:
  explicit CCTImpl(const CCTOptions& options);
  void reset() override;

  torch::Tensor forward(const torch::Tensor& x) override {
    return forward_head(forward_features(x));
  }
  torch::Tensor forward_features(const torch::Tensor& x) override {
    return classifier_->forward_features(tokenizer(x));
  }
  torch::Tensor forward_head(const torch::Tensor& features) override {
    return classifier_->forward_head(features);
  }

  torch::nn::Module& module() override { return *this; }
  void init_weights(std::uint64_t seed) override;
  [[nodiscard]] Size2 img_size() const override { return options.img_size; }
  [[nodiscard]] std::int64_t in_chans() const override { return options.in_chans; }
  [[nodiscard]] std::int64_t num_classes() const override { return options.num_classes; }
  [[nodiscard]] std::string classifier() const override { return "classifier.fc"; }

  CCTOptions options;
  ConvTokenizer tokenizer{nullptr};

 private:
  CCTClassifier classifier_{nullptr};  // registered as `classifier`, a name that is taken
};
TORCH_MODULE(CCT);

}  // namespace vit
