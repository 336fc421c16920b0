#include "vit/tasks/segment/segmenter_decoder.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "vit/core/error.h"
#include "vit/nn/init.h"
#include "vit/nn/initial_weights.h"

namespace vit {
namespace {

constexpr double kSegmenterDeviation = 0.02, kSegmenterEps = 1e-5;

void check_tokens(const char* decoder, const torch::Tensor& tokens, std::int64_t width,
                  const Size2& grid) {
  if (tokens.dim() != 3 || tokens.size(1) != grid.height * grid.width || tokens.size(2) != width)
    throw Error(ErrorKind::usage, decoder,
                vit::str("expected patch tokens [B, ", grid.height, " x ", grid.width, ", ", width,
                         "], got ", tokens.sizes()));
}

torch::Tensor as_masks(const torch::Tensor& by_patch, const Size2& grid) {
  return by_patch.transpose(1, 2).reshape(  // [B, N, C] -> [B, C, h, w]
      {by_patch.size(0), by_patch.size(2), grid.height, grid.width});
}

/// Each row at length 1; a row of zeros stays.
torch::Tensor unit_rows(const torch::Tensor& x) {
  return x / x.norm(2, /*dim=*/-1, /*keepdim=*/true).clamp_min(1e-12);
}

EncoderOptions mask_encoder_options(const MaskTransformerOptions& o) {
  EncoderOptions encoder;
  encoder.depth = o.n_layers;
  encoder.block.dim = o.d_model;
  encoder.block.num_heads = o.n_heads;
  encoder.block.mlp.hidden_features = o.d_ff;
  encoder.block.norm.eps = kSegmenterEps;
  encoder.block.attn.attn_drop = encoder.block.attn.proj_drop = encoder.block.mlp.drop = o.dropout;
  encoder.block.drop_path = o.drop_path;
  return encoder;
}

}  // namespace

DecoderLinearImpl::DecoderLinearImpl(const DecoderLinearOptions& options_) : options(options_) {
  reset_whole(*this);
}

void DecoderLinearImpl::reset() {
  head = register_module("head", Linear(LinearOptions{options.d_encoder, options.num_classes}));
}

void DecoderLinearImpl::init_weights(std::uint64_t seed) {
  init::trunc_normal(head->weight, kSegmenterDeviation, Rng(seed, Stream::init));
  init::constant(head->bias, 0);
}

torch::Tensor DecoderLinearImpl::forward(const torch::Tensor& tokens, const Size2& grid) {
  check_tokens("DecoderLinear", tokens, options.d_encoder, grid);
  return as_masks(head(tokens), grid);
}

void describe(FieldVisitor& visitor, MaskTransformerOptions& o) {
  visitor.field({"n_layers", &o.n_layers, "blocks of the mask transformer", kNonNegative});
  visitor.field(
      {"n_heads", &o.n_heads, "heads of its attention; 0: one for 64 features", kNonNegative});
  visitor.field({"d_model", &o.d_model, "width of its tokens; 0: as the backbone's", kNonNegative});
  visitor.field({"d_ff", &o.d_ff, "width inside its MLPs; 0: four times d_model", kNonNegative});
  visitor.field({"dropout", &o.dropout, "dropout inside its blocks", kProbability});
  visitor.field({"drop_path", &o.drop_path, "stochastic depth of its last block", kProbability});
}

MaskTransformerOptions resolved(MaskTransformerOptions options) {
  constexpr std::int64_t kHeadWidth = 64, kMlpRatio = 4;
  if (options.d_model == 0) options.d_model = options.d_encoder;
  if (options.n_heads == 0)
    options.n_heads = std::max<std::int64_t>(1, options.d_model / kHeadWidth);
  if (options.d_ff == 0) options.d_ff = kMlpRatio * options.d_model;
  return options;
}

MaskTransformerImpl::MaskTransformerImpl(const MaskTransformerOptions& options_)
    : options(resolved(options_)) {
  reset_whole(*this);
}

void MaskTransformerImpl::reset() {
  const std::int64_t width = options.d_model;
  proj_dec = register_module("proj_dec", Linear(LinearOptions{options.d_encoder, width}));
  cls_emb = register_parameter("cls_emb", at::empty({1, options.num_classes, width}));
  blocks = register_module("blocks", Encoder(mask_encoder_options(options)));
  decoder_norm =
      register_module("decoder_norm", Norm(NormOptions{.dim = width, .eps = kSegmenterEps}));
  proj_patch = register_parameter("proj_patch", at::empty({width, width}));
  proj_classes = register_parameter("proj_classes", at::empty({width, width}));
  mask_norm = register_module("mask_norm",
                              Norm(NormOptions{.dim = options.num_classes, .eps = kSegmenterEps}));
}

void MaskTransformerImpl::init_weights(std::uint64_t seed) {
  const double product_deviation = 1 / std::sqrt(static_cast<double>(options.d_model));
  std::uint64_t index = 0;
  for (const auto& item : named_parameters()) {
    const std::string& name = item.key();
    const torch::Tensor& parameter = item.value();
    const Rng rng(seed, Stream::init, 0, index++);
    if (name == "proj_patch" || name == "proj_classes")
      init::normal(parameter, product_deviation, rng);
    else if (parameter.dim() > 1)
      init::trunc_normal(parameter, kSegmenterDeviation, rng);
    else
      init::constant(parameter, name.ends_with("bias") ? 0 : 1);  // of one axis: biases and norms
  }
}

torch::Tensor MaskTransformerImpl::forward(const torch::Tensor& tokens, const Size2& grid) {
  check_tokens("MaskTransformer", tokens, options.d_encoder, grid);
  const torch::Tensor patches_in = proj_dec(tokens);  // [B, N, d_model]
  const torch::Tensor classes_in =
      cls_emb.expand({tokens.size(0), -1, -1}).to(patches_in.scalar_type());  // [B, C, d_model]
  const torch::Tensor x = decoder_norm(blocks(at::cat({patches_in, classes_in}, 1)));
  const std::int64_t patch_count = tokens.size(1);
  const torch::Tensor patches = unit_rows(at::matmul(x.narrow(1, 0, patch_count), proj_patch));
  const torch::Tensor classes =
      unit_rows(at::matmul(x.narrow(1, patch_count, options.num_classes), proj_classes));
  const torch::Tensor cosines = at::matmul(patches, classes.transpose(1, 2));  // [B, N, C]
  return as_masks(mask_norm(cosines), grid);
}

}  // namespace vit
