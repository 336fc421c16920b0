#include <array>

#include "vit/weights/naming/convention.h"
#include "vit/weights/naming/timm_names.h"

/// DINO, DINOv2 and DINOv3 in the names of their own repositories.
namespace vit {
namespace {

/// The encoder of a whole checkpoint, which also holds the student, projection heads and losses.
void take_encoder(Translation& names) {
  names.drop("mask_token", "stands for masked patches in pretraining");  // of a run of task: dino
  choose_encoder(names, kPatchEmbed);
  take_timm_names(names);
}

/// `blocks.0.7.norm1`, blocks in chunks for sharded training, to `blocks.7.norm1`.
void join_chunks(Translation& names) {
  const NameRule chunked{"blocks.*.*.", "blocks.*.*."};
  TensorMap joined;
  for (auto& [name, tensor] : names.tensors) {
    std::string flat = name;
    if (other_name(chunked, name)) {
      const std::size_t after = std::string_view("blocks.").size();
      flat.erase(after, flat.find('.', after) + 1 - after);
    }
    if (flat != name) names.renamed.push_back({name, flat});
    joined[flat] = tensor;
  }
  names.tensors = std::move(joined);
}

void rename_translated(Translation& names, std::span<const NameRule> rules) {
  std::swap(names.source, names.tensors);
  TensorMap before = std::move(names.tensors);
  names.tensors.clear();
  names.rename(rules);
  names.tensors.merge(names.source);
  names.source = std::move(before);
}

void drop_translated(Translation& names, std::string_view pattern, const std::string& reason) {
  std::swap(names.source, names.tensors);
  names.drop(pattern, reason);
  std::swap(names.source, names.tensors);
}

void translate_dinov2(Translation& names) {
  constexpr std::array kDinoRules = {
      NameRule{"register_tokens", "reg_token"},
      NameRule{"blocks.*.mlp.w12.", "blocks.*.mlp.fc1."},
      NameRule{"blocks.*.mlp.w3.", "blocks.*.mlp.fc2."},
  };
  take_encoder(names);
  drop_translated(names, "mask_token", "stands for masked patches in pretraining");
  join_chunks(names);
  rename_translated(names, kDinoRules);
}

void translate_dinov3(Translation& names) {
  constexpr std::array kDinoRules = {
      NameRule{"storage_tokens", "reg_token"},
      NameRule{"blocks.*.ls1.gamma", "blocks.*.gamma_1"},
      NameRule{"blocks.*.ls2.gamma", "blocks.*.gamma_2"},
      NameRule{"blocks.*.mlp.w1.", "blocks.*.mlp.fc1_g."},
      NameRule{"blocks.*.mlp.w2.", "blocks.*.mlp.fc1_x."},
      NameRule{"blocks.*.mlp.w3.", "blocks.*.mlp.fc2."},
  };
  take_encoder(names);
  drop_translated(names, "mask_token", "stands for masked patches in pretraining");
  drop_translated(names, "rope_embed.", "computed, not learned");
  drop_translated(names, "blocks.*.attn.qkv.bias_mask", "says only that keys have no bias");
  drop_translated(names, "local_cls_norm.", "for the small crops of pretraining");
  join_chunks(names);
  rename_translated(names, kDinoRules);
  split_qkv_bias(names, KeyBias::masked);
}

bool has(const TensorMap& file, std::string_view name) {
  const auto prefix = prefix_of(file, kPatchEmbed);
  return prefix && file.contains(*prefix + std::string(name));
}

bool is_dinov2(const TensorMap& file) {
  return has(file, "mask_token") || has(file, "register_tokens") ||
         has(file, "blocks.0.mlp.w12.weight");
}

/// The student and teacher of a checkpoint, or a projection head beside the encoder.
bool is_dino(const TensorMap& file) {
  if (!prefix_of(file, kPatchEmbed)) return false;
  for (const auto& [name, tensor] : file)
    if (name.starts_with("teacher.") || name.starts_with("student.") ||
        name.find("last_layer.weight_v") != std::string::npos)
      return true;
  return false;
}

}  // namespace

const Convention kDINO{
    "DINO",
    is_dino,
    take_encoder,
    Interpolation::bicubic_offset,
    Interpolation::bicubic_antialias,
    "imagenet",
};

const Convention kDINOv2{
    "DINOv2",
    is_dinov2,
    translate_dinov2,
    Interpolation::bicubic_offset,
    Interpolation::bicubic_antialias,
    "imagenet",
    /*square=*/true,
    /*head_with_mean=*/true,
};

const Convention kDINOv2Registers{
    "DINOv2 with registers",
    [](const TensorMap& file) { return has(file, "register_tokens"); },
    [](Translation& names) {
      translate_dinov2(names);
      fold_class_position(names);
    },
    Interpolation::bicubic_antialias,
    Interpolation::bicubic_antialias,
    "imagenet",
    /*square=*/true,
    /*head_with_mean=*/true,
};

const Convention kDINOv3{
    "DINOv3",
    [](const TensorMap& file) { return has(file, "storage_tokens"); },
    translate_dinov3,
    Interpolation::bicubic_antialias,
    Interpolation::bicubic_antialias,
    "imagenet",
};

}  // namespace vit
