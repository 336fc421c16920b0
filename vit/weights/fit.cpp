#include "vit/weights/fit.h"

#include <ATen/ops/upsample_linear1d.h>
#include <torch/utils.h>

#include <array>
#include <cmath>

#include "vit/core/str.h"
#include "vit/weights/resample.h"

namespace vit {
namespace {

/// timm's `first_conv` of the families that are here.
constexpr std::array<std::string_view, 3> kFirstConvolutions = {"patch_embed.proj.weight",
                                                                "conv1.weight", "stem.0.weight"};

std::string text(Size2 size) { return vit::str(size.height, "x", size.width); }

Size2 grid_of(Size2 img_size, Size2 patch) {
  return {(img_size.height + patch.height - 1) / patch.height,
          (img_size.width + patch.width - 1) / patch.width};
}

std::optional<Size2> square_grid(std::int64_t patches) {
  const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(patches)));
  return side > 0 && side * side == patches ? std::optional(Size2{side, side}) : std::nullopt;
}

std::optional<Size2> patch_size_of(const NamedWeights& file) {
  const auto found = file.names.tensors.find("patch_embed.proj.weight");
  if (found == file.names.tensors.end() || found->second.dim() != 4) return std::nullopt;
  return Size2{found->second.size(2), found->second.size(3)};
}

std::optional<Fitted> fit_positions(const torch::Tensor& tensor, const torch::Tensor& target,
                                    Size2 to, const NamedWeights& file,
                                    const LoadOptions& options) {
  if (tensor.dim() != 3 || target.dim() != 3 || tensor.size(2) != target.size(2) ||
      tensor.size(0) != 1)
    return std::nullopt;
  const std::int64_t prefix = target.size(1) - to.height * to.width;
  const std::int64_t patches = tensor.size(1) - prefix;
  if (prefix < 0 || patches < 1) return std::nullopt;
  std::optional<Size2> from;
  const std::optional<Size2> patch = patch_size_of(file);
  if (options.file_img_size && patch) {
    const Size2 grid = grid_of(*options.file_img_size, *patch);
    if (grid.height * grid.width == patches) from = grid;
  }
  // Where nothing says otherwise, as many positions as the model has are the model's own.
  if (!from && tensor.sizes() == target.sizes() && !file.convention->square) return std::nullopt;
  if (!from) from = square_grid(patches);
  if (!from || *from == to) return std::nullopt;
  const Interpolation how = options.pos_embed_resample.value_or(file.convention->pos_embed);
  return Fitted{
      resample_positions(tensor, *from, to, prefix, how),
      vit::str("from ", text(*from), " to ", text(to), " patches by ", interpolation_name(how))};
}

std::optional<Fitted> fit_convolution(const std::string& name, const torch::Tensor& tensor,
                                      const torch::Tensor& target, const NamedWeights& file) {
  if (tensor.dim() != 4 || target.dim() != 4 || tensor.size(0) != target.size(0))
    return std::nullopt;
  Fitted result{tensor, ""};
  const Size2 from{tensor.size(2), tensor.size(3)}, to{target.size(2), target.size(3)};
  if (from != to) {
    if (name != "patch_embed.proj.weight") return std::nullopt;
    const Interpolation how = file.convention->patch_embed;
    result.tensor = resample_patch_embed(result.tensor, to, how);
    result.what = vit::str("from patches of ", text(from), " to ", text(to),
                           " by the pseudo-inverse of ", interpolation_name(how));
  }
  const std::int64_t before = tensor.size(1), after = target.size(1);
  if (before != after) {
    if (before < 1) return std::nullopt;
    result.tensor = adapt_channels(result.tensor, after);
    result.what += vit::str(result.what.empty() ? "" : ", ", "from ", before,
                            before == 1 ? " channel to " : " channels to ", after,
                            after == 1 ? ", their sum" : ", repeated and scaled");
  }
  if (result.what.empty()) return std::nullopt;
  return result;
}

/// Tables of decomposed relative positions [offsets, Dh] for another grid, as detectron2 does it.
std::optional<Fitted> fit_offsets(const torch::Tensor& tensor, const torch::Tensor& target) {
  if (tensor.dim() != 2 || target.dim() != 2 || tensor.size(1) != target.size(1) ||
      tensor.size(0) == target.size(0) || tensor.size(0) < 1)
    return std::nullopt;
  const std::int64_t from = tensor.size(0), to = target.size(0);
  return Fitted{at::upsample_linear1d(tensor.to(torch::kFloat32).t().unsqueeze(0), {to},
                                      /*align_corners=*/false)
                    .squeeze(0)
                    .t(),
                vit::str("from ", from, " to ", to, " offsets, linearly")};
}

}  // namespace

std::optional<Fitted> fit(const std::string& name, const torch::Tensor& tensor,
                          const torch::Tensor& target, const ImageModel& model, Size2 patch,
                          const NamedWeights& file, const LoadOptions& options) {
  if (name == "pos_embed")
    return fit_positions(tensor, target, grid_of(model.img_size(), patch), file, options);
  if (name.ends_with(".attn.rel_pos_h") || name.ends_with(".attn.rel_pos_w"))
    return fit_offsets(tensor, target);
  for (const std::string_view first : kFirstConvolutions)
    if (name == first) return fit_convolution(name, tensor, target, file);
  return std::nullopt;
}

}  // namespace vit
