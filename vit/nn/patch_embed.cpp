#include "vit/nn/patch_embed.h"

#include "vit/core/error.h"

namespace vit {

PatchEmbedImpl::PatchEmbedImpl(const PatchEmbedOptions& options_) : options(options_) {
  const auto [height, width] = options.img_size;
  const auto [patch_height, patch_width] = options.patch_size;
  if (height < 1 || width < 1 || patch_height < 1 || patch_width < 1 ||
      height % patch_height != 0 || width % patch_width != 0)
    throw Error(ErrorKind::usage, "PatchEmbed",
                str("image size ", height, "x", width, " is not a multiple of patch size ",
                    patch_height, "x", patch_width),
                "set model.img_size or model.patch_size so that the patches tile the picture");
  reset();
}

void PatchEmbedImpl::reset() {
  const auto [height, width] = options.patch_size;
  proj = register_module(
      "proj", torch::nn::Conv2d(
                  torch::nn::Conv2dOptions(options.in_chans, options.embed_dim, {height, width})
                      .stride({height, width})
                      .bias(options.bias)));
}

Size2 PatchEmbedImpl::grid_size() const {
  return {options.img_size.height / options.patch_size.height,
          options.img_size.width / options.patch_size.width};
}

torch::Tensor PatchEmbedImpl::forward(const torch::Tensor& x) {
  const auto [height, width] = options.img_size;
  if (x.dim() != 4 || x.size(1) != options.in_chans || x.size(2) != height || x.size(3) != width)
    throw Error(ErrorKind::usage, "PatchEmbed",
                vit::str("expected x [B, ", options.in_chans, ", ", height, ", ", width, "], got ",
                         x.sizes()),
                "set model.img_size and model.in_chans to what the data has");
  return proj(x).flatten(2).transpose(1, 2);  // [B, D, H/Ph, W/Pw] -> [B, D, N] -> [B, N, D]
}

}  // namespace vit
