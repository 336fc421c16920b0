#include "vit/weights/resample.h"

#include <ATen/ops/linalg_pinv.h>
#include <torch/nn/functional/upsampling.h>
#include <torch/utils.h>

#include <array>

#include "vit/core/error.h"

namespace vit {
namespace {

namespace F = torch::nn::functional;

constexpr std::array kNames = {
    std::pair{Interpolation::bicubic_antialias, std::string_view("bicubic_antialias")},
    std::pair{Interpolation::bicubic, std::string_view("bicubic")},
    std::pair{Interpolation::bicubic_offset, std::string_view("bicubic_offset")},
    std::pair{Interpolation::bicubic_corners, std::string_view("bicubic_corners")},
    std::pair{Interpolation::bilinear, std::string_view("bilinear")},
    std::pair{Interpolation::bilinear_corners, std::string_view("bilinear_corners")},
};

/// planes [B, C, H, W] float32.
torch::Tensor interpolate(const torch::Tensor& planes, Size2 to, Interpolation interpolation) {
  F::InterpolateFuncOptions options;
  if (interpolation == Interpolation::bilinear || interpolation == Interpolation::bilinear_corners)
    options.mode(torch::kBilinear);
  else
    options.mode(torch::kBicubic);
  options.align_corners(interpolation == Interpolation::bicubic_corners ||
                        interpolation == Interpolation::bilinear_corners);
  options.antialias(interpolation == Interpolation::bicubic_antialias);
  if (interpolation == Interpolation::bicubic_offset)
    options.scale_factor(std::vector<double>{
        (static_cast<double>(to.height) + 0.1) / static_cast<double>(planes.size(2)),
        (static_cast<double>(to.width) + 0.1) / static_cast<double>(planes.size(3))});
  else
    options.size(std::vector<std::int64_t>{to.height, to.width});
  const torch::Tensor resized = F::interpolate(planes, options);
  VIT_ASSERT(resized.size(2) == to.height && resized.size(3) == to.width);
  return resized;
}

}  // namespace

std::string_view interpolation_name(Interpolation interpolation) {
  for (const auto& [value, name] : kNames)
    if (value == interpolation) return name;
  VIT_ASSERT(false);
  return {};
}

std::vector<std::string_view> interpolation_names() {
  std::vector<std::string_view> names;
  for (const auto& [value, name] : kNames) names.push_back(name);
  return names;
}

Interpolation interpolation_of(std::string_view text) {
  for (const auto& [value, name] : kNames)
    if (name == text) return value;
  throw Error(ErrorKind::usage, "init.pos_embed_resample",
              vit::str("there is no interpolation `", text, "`"),
              "bicubic_antialias is timm's, bicubic transformers'; `vit config` lists all");
}

torch::Tensor resample_positions(const torch::Tensor& pos_embed, Size2 from, Size2 to,
                                 std::int64_t prefix, Interpolation interpolation) {
  VIT_ASSERT(pos_embed.dim() == 3 && pos_embed.size(1) == prefix + from.height * from.width);
  const torch::Tensor all = pos_embed.to(torch::kFloat32);
  const torch::Tensor grid = all.narrow(1, prefix, from.height * from.width)
                                 .reshape({1, from.height, from.width, -1})
                                 .permute({0, 3, 1, 2});  // [1, D, H, W]
  const torch::Tensor resized = interpolate(grid, to, interpolation);
  return torch::cat({all.narrow(1, 0, prefix), resized.permute({0, 2, 3, 1}).flatten(1, 2)}, 1);
}

torch::Tensor resample_patch_embed(const torch::Tensor& weight, Size2 to,
                                   Interpolation interpolation) {
  VIT_ASSERT(weight.dim() == 4);
  const std::int64_t height = weight.size(2), width = weight.size(3);
  // Column i of the resize matrix is the i-th basis picture, resized. All in fp32, as timm does.
  const torch::Tensor basis = torch::eye(height * width).reshape({-1, 1, height, width});
  const torch::Tensor resize = interpolate(basis, to, interpolation).flatten(1).t();
  return weight.to(torch::kFloat32)
      .flatten(2)
      .matmul(at::linalg_pinv(resize))
      .reshape({weight.size(0), weight.size(1), to.height, to.width});
}

torch::Tensor adapt_channels(const torch::Tensor& weight, std::int64_t channels) {
  VIT_ASSERT(weight.dim() == 4 && channels > 0);
  const std::int64_t before = weight.size(1);
  const torch::Tensor kernel = weight.to(torch::kFloat32);
  if (channels == before) return kernel;
  const auto type = weight.scalar_type();  // timm rounds to it again
  if (channels == 1) return kernel.sum(1, /*keepdim=*/true).to(type);
  const std::int64_t repeats = (channels + before - 1) / before;
  return (kernel.repeat({1, repeats, 1, 1}).narrow(1, 0, channels) *
          (static_cast<double>(before) / static_cast<double>(channels)))
      .to(type);
}

}  // namespace vit
