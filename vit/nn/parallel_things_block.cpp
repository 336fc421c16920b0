#include "vit/nn/parallel_things_block.h"

namespace vit {
namespace {

constexpr int kParallel = 2;

}  // namespace

ParallelBranchImpl::ParallelBranchImpl(const EncoderBlockOptions& options_, bool attention_)
    : options(resolved(options_)), attention(attention_) {
  reset();
}

void ParallelBranchImpl::reset() {
  norm = register_module("norm", Norm(options.norm));
  if (attention)
    attn = register_module("attn", MultiHeadAttention(options.attn));
  else
    mlp = register_module("mlp", Mlp(options.mlp));
  if (options.init_values)
    ls = register_module("ls", LayerScale(LayerScaleOptions{options.dim, *options.init_values}));
}

ResidualBranch ParallelBranchImpl::forward(const torch::Tensor& x, const Rotation* rotation,
                                           Size2 grid) {
  return residual_branch(attention ? attn(norm(x), rotation, grid) : mlp(norm(x)),
                         ls ? ls->gamma : torch::Tensor(), options.drop_path, is_training());
}

ParallelThingsBlockImpl::ParallelThingsBlockImpl(const EncoderBlockOptions& options_)
    : options(resolved(options_)) {
  reset();
}

void ParallelThingsBlockImpl::reset() {
  attns = register_module("attns", torch::nn::ModuleList());
  ffns = register_module("ffns", torch::nn::ModuleList());
  for (int i = 0; i < kParallel; ++i) {
    attns->push_back(ParallelBranch(options, true));
    ffns->push_back(ParallelBranch(options, false));
  }
}

torch::Tensor ParallelThingsBlockImpl::forward(const torch::Tensor& x, const Rotation* rotation,
                                               Size2 grid) {
  torch::Tensor result = x;
  for (const torch::nn::ModuleList& side_by_side : {attns, ffns}) {
    const torch::Tensor input = result;
    for (const auto& branch : *side_by_side)
      result = add(result, branch->as<ParallelBranchImpl>()->forward(input, rotation, grid));
  }
  return result;
}

}  // namespace vit
