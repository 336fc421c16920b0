#include "vit/nn/patch_embed.h"

#include <ATen/ops/pad.h>

#include "vit/core/error.h"
#include "vit/kernels/fused_type.h"
#include "vit/kernels/linear.h"
#include "vit/nn/initial_weights.h"

namespace vit {
namespace {

/// How many pixels are missing to a multiple of `step`.
std::int64_t missing(std::int64_t length, std::int64_t step) {
  return (step - length % step) % step;
}

bool tiles(Size2 size, Size2 patch) {
  return size.height % patch.height == 0 && size.width % patch.width == 0;
}

}  // namespace

PatchEmbedImpl::PatchEmbedImpl(const PatchEmbedOptions& options_) : options(options_) {
  const auto [height, width] = options.img_size;
  const auto [patch_height, patch_width] = options.patch_size;
  if (height < 1 || width < 1 || patch_height < 1 || patch_width < 1 ||
      (!options.dynamic_img_pad && !options.drop_remainder &&
       !tiles(options.img_size, options.patch_size)))
    throw Error(ErrorKind::usage, "PatchEmbed",
                str("image size ", height, "x", width, " is not a multiple of patch size ",
                    patch_height, "x", patch_width),
                "set model.img_size or model.patch_size so that the patches tile the picture, or "
                "model.dynamic_img_pad: true");
  reset();
}

void PatchEmbedImpl::reset() {
  const auto [height, width] = options.patch_size;
  proj = register_module(
      "proj", torch::nn::Conv2d(
                  torch::nn::Conv2dOptions(options.in_chans, options.embed_dim, {height, width})
                      .stride({height, width})
                      .bias(options.bias)));
  start_convolution(proj->weight, proj->bias);
}

Size2 PatchEmbedImpl::grid_of(Size2 size) const {
  const auto [height, width] = options.patch_size;
  if (!options.dynamic_img_pad) return {size.height / height, size.width / width};
  return {(size.height + missing(size.height, height)) / height,
          (size.width + missing(size.width, width)) / width};
}

void PatchEmbedImpl::check(const torch::Tensor& x) const {
  const auto [height, width] = options.img_size;
  if (x.dim() != 4 || x.size(1) != options.in_chans ||
      (options.strict_img_size && (x.size(2) != height || x.size(3) != width)))
    throw Error(ErrorKind::usage, "PatchEmbed",
                vit::str("expected x [B, ", options.in_chans, ", ",
                         options.strict_img_size ? vit::str(height, ", ", width) : "H, W",
                         "], got ", x.sizes()),
                "set model.img_size and model.in_chans to what the data has");
  if (!options.dynamic_img_pad && !options.drop_remainder &&
      !tiles({x.size(2), x.size(3)}, options.patch_size))
    throw Error(
        ErrorKind::usage, "PatchEmbed",
        vit::str("a picture of ", x.size(2), "x", x.size(3), " is not a multiple of patch size ",
                 options.patch_size.height, "x", options.patch_size.width),
        "set model.dynamic_img_pad: true, or resize the picture");
}

torch::Tensor PatchEmbedImpl::forward(const torch::Tensor& x) {
  check(x);
  torch::Tensor whole = x;
  if (options.dynamic_img_pad) {
    const std::int64_t bottom = missing(x.size(2), options.patch_size.height);
    const std::int64_t right = missing(x.size(3), options.patch_size.width);
    if (bottom + right > 0) whole = at::pad(x, {0, right, 0, bottom});
  }
  if (const auto type = kernels::fused_type(whole); type != torch::ScalarType::Undefined) {
    const torch::Tensor weight = proj->weight.flatten(1);  // [D, C Ph Pw]
    if (kernels::fused_linear_applies(weight, weight))
      return kernels::fused_linear(patches(whole.to(type)), weight, proj->bias);
  }
  return proj(whole).flatten(2).transpose(1, 2);  // [B, D, H/Ph, W/Pw] -> [B, D, N] -> [B, N, D]
}

torch::Tensor PatchEmbedImpl::patches(const torch::Tensor& x) const {
  const auto [height, width] = options.patch_size;
  const std::int64_t down = x.size(2) / height, across = x.size(3) / width;
  return x.narrow(2, 0, down * height)
      .narrow(3, 0, across * width)  // what drop_remainder leaves
      .reshape({x.size(0), x.size(1), down, height, across, width})
      .permute({0, 2, 4, 1, 3, 5})               // [B, H/Ph, W/Pw, C, Ph, Pw]
      .reshape({x.size(0), down * across, -1});  // [B, N, C Ph Pw]
}

}  // namespace vit
