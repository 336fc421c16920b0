#include "vit/weights/rotary_tables.h"

#include "vit/models/vit.h"
#include "vit/models/vit_rope.h"

namespace vit {
namespace {

/// Numbers of float32 that were computed in another order, or rounded to half precision.
bool is_near(const torch::Tensor& table, const torch::Tensor& expected) {
  constexpr double kRelative = 2e-3, kAbsolute = 1e-3;
  return table.sizes() == expected.sizes() &&
         torch::allclose(table.to(torch::kFloat32), expected, kRelative, kAbsolute);
}

}  // namespace

std::optional<bool> is_own_rotary_table(std::string_view name, const torch::Tensor& table,
                                        ImageModel& model) {
  auto* const vit = dynamic_cast<VisionTransformerImpl*>(&model);
  if (vit == nullptr || vit->options.rope_type == "none" || !name.starts_with("rope."))
    return std::nullopt;
  name.remove_prefix(sizeof("rope.") - 1);
  const ViTOptions& options = vit->options;
  const std::int64_t count = options.embed_dim / options.num_heads / 4;
  const torch::Tensor steps = torch::arange(count, torch::kFloat32) / static_cast<double>(count);
  if (name == "periods" && options.rope_type == "dinov3")
    return is_near(table, torch::pow(options.rope_temperature, steps));
  if (name == "bands" && options.rope_type == "cat")
    return is_near(table, 1.0 / torch::pow(options.rope_temperature, steps));
  if (name != "pos_embed" && name != "pos_embed_cached") return std::nullopt;
  const Size2 size = options.img_size, patch = options.patch_size;
  const Rotation turn = rotary_encoding(rope_options(options),
                                        {size.height / patch.height, size.width / patch.width}, 0);
  const torch::Tensor expected = torch::cat({turn.sin, turn.cos}, 1).to(torch::kFloat32);
  if (table.dim() != 2 || table.size(1) != expected.size(1)) return false;
  return table.size(0) != expected.size(0) || is_near(table, expected);
}

}  // namespace vit
