#include "vit/tasks/detect/rf_detr_windows.h"

#include <algorithm>

#include "vit/core/error.h"
#include "vit/nn/beside.h"
#include "vit/nn/dropout.h"
#include "vit/nn/grad_checkpoint.h"
#include "vit/nn/pos_embed.h"

namespace vit {
namespace {

// Batch sizes stay symbolic (-1): a trace of this must work for every batch.

/// [B, N, D] of a grid -> [B w^2, N / w^2, D], the windows of an image row by row.
torch::Tensor cut(const torch::Tensor& patches, Size2 grid, std::int64_t w) {
  if (w == 1) return patches;
  return patches.unflatten(1, {w, grid.height / w, w, grid.width / w})
      .transpose(2, 3)  // [B, w, w, h / w, w' / w, D]
      .flatten(3, 4)
      .flatten(0, 2);
}

/// [B w^2, N / w^2, D] -> [B, D, h, w'].
torch::Tensor map_of(const torch::Tensor& windows, Size2 grid, std::int64_t w) {
  return windows
      .unflatten(0, {-1, w, w})  // [B, w, w, n, D]
      .unflatten(3, {grid.height / w, grid.width / w})
      .permute({0, 5, 1, 3, 2, 4})  // [B, D, w, h / w, w, w' / w]
      .flatten(4, 5)
      .flatten(2, 3);
}

/// The tokens of windows [B w^2, T, D] as those of images [B, w^2 T, D], and back.
torch::Tensor joined(const torch::Tensor& tokens, std::int64_t w) {
  return w == 1 ? tokens : tokens.unflatten(0, {-1, w * w}).flatten(1, 2);
}
torch::Tensor parted(const torch::Tensor& tokens, std::int64_t w) {
  return w == 1 ? tokens : tokens.unflatten(1, {w * w, -1}).flatten(0, 1);
}

/// The tokens before the patches, [1, P, D], and patches [B, N, D], both with their positions.
struct Embedded {
  torch::Tensor prefix, patches;
};

Embedded embed(VisionTransformerImpl& model, const torch::Tensor& x, Size2 grid) {
  const torch::Tensor patches = model.patch_embed(x);
  const std::int64_t embedded = model.num_embedded_prefix_tokens();
  const Size2 own = model.patch_embed->grid_size();
  const torch::Tensor positions = beside(
      grid == own ? model.pos_embed : resample_pos_embed(model.pos_embed, own, grid, embedded),
      patches);
  std::vector<torch::Tensor> tokens;
  for (const torch::Tensor& token : {model.cls_token, model.dist_token, model.reg_token})
    if (token.defined()) tokens.push_back(token);
  torch::Tensor prefix =
      tokens.empty() ? patches.new_empty({1, 0, patches.size(2)}) : torch::cat(tokens, 1);
  if (embedded > 0) prefix = prefix + positions.narrow(1, 0, embedded);
  return {prefix.to(patches.scalar_type()), patches + positions.slice(1, embedded)};
}

torch::Tensor through(TransformerBlock& block, const torch::Tensor& x, bool checkpoint) {
  const auto run = [&block](const torch::Tensor& in) { return block.forward(in, nullptr); };
  return checkpoint ? grad_checkpoint(run, x) : run(x);
}

}  // namespace

void check_windows_fit(const VisionTransformerImpl& model) {
  const ViTOptions& o = model.options;
  const auto refuse = [](const char* key, const std::string& value) {
    throw Error(ErrorKind::usage, std::string("model.") + key,
                str("is ", value, ", with which an image cannot be seen in windows"),
                "build RF-DETR on a plain ViT with learned positions, as DINOv2 is");
  };
  if (o.pos_embed != "learn") refuse("pos_embed", o.pos_embed);
  if (o.rope_type != "none") refuse("rope_type", o.rope_type);
  if (o.rel_pos != "none") refuse("rel_pos", o.rel_pos);
  if (o.patch_drop_rate > 0) refuse("patch_drop_rate", "above 0");
}

std::vector<torch::Tensor> windowed_features(VisionTransformerImpl& model, const torch::Tensor& x,
                                             const std::vector<std::int64_t>& stages,
                                             std::int64_t windows) {
  const Size2 grid = model.patch_embed->grid_of(x);
  if (grid.height % windows != 0 || grid.width % windows != 0)
    throw Error(ErrorKind::usage, "task.rf_detr.num_windows",
                vit::str(windows, " x ", windows, " windows do not tile the ", grid.height, " x ",
                         grid.width, " patches of images of ", x.size(2), " x ", x.size(3)),
                vit::str("choose sides that are multiples of ", windows, " patches"));
  const Embedded embedded = embed(model, x, grid);
  const torch::Tensor patches = cut(embedded.patches, grid, windows);
  const std::int64_t prefix = embedded.prefix.size(1);
  torch::Tensor tokens =  // [B w^2, P + n, D]
      prefix == 0
          ? patches
          : torch::cat({embedded.prefix.expand_as(patches.narrow(1, 0, 1).expand({-1, prefix, -1})),
                        patches},
                       1);
  tokens = vit::dropout(tokens, model.options.pos_drop_rate, model.is_training());
  if (model.norm_pre) tokens = model.norm_pre(tokens);
  const bool checkpoint = model.blocks->grad_checkpointing && model.is_training();
  std::vector<torch::Tensor> maps;
  for (std::int64_t i = 0; i < stages.back(); ++i) {
    TransformerBlock& block = *model.blocks->blocks[static_cast<std::size_t>(i)];
    const bool global = std::find(stages.begin(), stages.end(), i) != stages.end();
    tokens = global ? parted(through(block, joined(tokens, windows), checkpoint), windows)
                    : through(block, tokens, checkpoint);
    if (std::find(stages.begin(), stages.end(), i + 1) == stages.end()) continue;
    const torch::Tensor normed = model.norm ? model.norm(tokens) : tokens;
    maps.push_back(map_of(normed.slice(1, prefix), grid, windows));
  }
  return maps;
}

}  // namespace vit
