#include <array>

#include "vit/weights/naming/convention.h"
#include "vit/weights/naming/timm_names.h"

/// ViT, DeiT, ViTMAE, DINOv2 and DINOv3 in Hugging Face's transformers, in the names of version 4
/// (`encoder.layer.0.attention.attention.query`) and of version 5 (`layers.0.attention.q_proj`).
namespace vit {
namespace {

constexpr std::string_view kTransformersVitAnchor = "embeddings.patch_embeddings.projection.weight";
constexpr std::string_view kAnchorDINOv3 = "embeddings.patch_embeddings.weight";

constexpr std::array kOutside = {
    NameRule{"classifier.", "head."},
    NameRule{"cls_classifier.", "head."},
    NameRule{"distillation_classifier.", "head_dist."},
    NameRule{"embeddings.cls_token", "cls_token"},
    NameRule{"embeddings.distillation_token", "dist_token"},
    NameRule{"pooler.layernorm.", "fc_norm."},
    NameRule{"embeddings.position_embeddings", "pos_embed"},
    NameRule{"embeddings.register_tokens", "reg_token"},
    NameRule{"embeddings.patch_embeddings.projection.", "patch_embed.proj."},
    NameRule{"embeddings.patch_embeddings.", "patch_embed.proj."},
    NameRule{"layernorm.", "norm."},
    NameRule{"norm.", "norm."},
};

/// After `blocks.N.`.
constexpr std::array kInBlock = {
    NameRule{"blocks.*.layernorm_before.", "blocks.*.norm1."},
    NameRule{"blocks.*.layernorm_after.", "blocks.*.norm2."},
    NameRule{"blocks.*.norm1.", "blocks.*.norm1."},
    NameRule{"blocks.*.norm2.", "blocks.*.norm2."},
    NameRule{"blocks.*.attention.output.dense.", "blocks.*.attn.proj."},
    NameRule{"blocks.*.attention.o_proj.", "blocks.*.attn.proj."},
    NameRule{"blocks.*.layer_scale1.lambda1", "blocks.*.ls1.gamma"},
    NameRule{"blocks.*.layer_scale2.lambda1", "blocks.*.ls2.gamma"},
    NameRule{"blocks.*.lambda_1", "blocks.*.gamma_1"},
    NameRule{"blocks.*.lambda_2", "blocks.*.gamma_2"},
    NameRule{"blocks.*.intermediate.dense.", "blocks.*.mlp.fc1."},
    NameRule{"blocks.*.output.dense.", "blocks.*.mlp.fc2."},
    NameRule{"blocks.*.mlp.fc1.", "blocks.*.mlp.fc1."},
    NameRule{"blocks.*.mlp.fc2.", "blocks.*.mlp.fc2."},
    NameRule{"blocks.*.mlp.weights_in.", "blocks.*.mlp.fc1."},
    NameRule{"blocks.*.mlp.weights_out.", "blocks.*.mlp.fc2."},
    NameRule{"blocks.*.mlp.down_proj.", "blocks.*.mlp.fc2."},
};

constexpr std::array<std::string_view, 3> kQkv4 = {"query", "key", "value"};
constexpr std::array<std::string_view, 3> kQkv5 = {"q_proj", "k_proj", "v_proj"};
constexpr std::array<std::string_view, 2> kGateValue = {"gate_proj", "up_proj"};

/// Where the blocks may stand.
constexpr std::array<std::string_view, 5> kLayers = {"encoder.layer.", "encoder.layers.",
                                                     "model.layer.", "layers.", "layer."};

/// Gives every block the name `blocks.N.`, and returns the numbers.
std::vector<std::string> find_blocks(Translation& names) {
  for (const std::string_view layers : kLayers) {
    const std::string pattern = std::string(layers) + "*.";
    const std::vector<std::string> numbers = names.numbers(pattern);
    if (numbers.empty()) continue;
    TensorMap found;
    for (auto& [name, tensor] : names.source)
      found[other_name({pattern, "blocks.*."}, name).value_or(name)] = tensor;
    names.source = std::move(found);
    return numbers;
  }
  return {};
}

/// What all of these models share. `packed`: gate and value are rows of one matrix, as timm has
/// them for DINOv2; else they are two, as in DINOv3.
void translate_encoder(Translation& names, std::string_view anchor) {
  const std::string prefix = prefix_of(names.source, anchor).value();
  names.strip(prefix);
  names.drop("embeddings.mask_token", "stands for masked patches in pretraining");
  names.drop("pooler.dense.", "the pooler is not part of the classifier");
  for (const std::string& i : find_blocks(names)) {
    const std::string block = "blocks." + i + ".";
    names.join(block + "attention.attention.", kQkv4, block + "attn.qkv");
    names.join(block + "attention.", kQkv5, block + "attn.qkv");
  }
}

void finish(Translation& names) {
  names.rename(kInBlock);
  names.rename(kOutside);
}

void translate_vit(Translation& names) {
  translate_encoder(names, kTransformersVitAnchor);
  names.drop("decoder.*.", "the decoder of pretraining: the encoder is taken");
  // DeiTForImageClassification reads the class token alone; the other token is one register then.
  if (names.has("classifier.weight")) names.move("embeddings.distillation_token", "reg_token");
  finish(names);
  names.options["norm_eps"] = "1e-12";
}

/// BEiT and Data2Vec: keys have no bias, LayerScale has timm's other names.
void translate_beit(Translation& names) {
  translate_encoder(names, kTransformersVitAnchor);
  names.drop("lm_head.", "the head of pretraining");
  constexpr std::array kTables = {
      NameRule{"blocks.*.attention.attention.relative_position_bias.", "blocks.*.attn."},
      NameRule{"blocks.*.attention.relative_position_bias.", "blocks.*.attn."},
      NameRule{"encoder.relative_position_bias.", "rel_pos_bias."},
      NameRule{"relative_position_bias.", "rel_pos_bias."},
  };
  TensorMap found;
  for (auto& [name, tensor] : names.source) {
    std::string to = name;
    for (const NameRule& rule : kTables)
      if (auto other = other_name(rule, name)) to = *std::move(other);
    found[to] = tensor;
  }
  names.source = std::move(found);
  take_relative_positions(names);
  finish(names);
  split_qkv_bias(names, KeyBias::none);
  names.options["norm_eps"] = "1e-12";
}

void translate_vit_mae(Translation& names) {
  names.drop("decoder.", "the decoder of pretraining: the encoder is taken");
  translate_vit(names);
}

void translate_dinov2(Translation& names) {
  translate_encoder(names, kTransformersVitAnchor);
  for (const std::string& i : names.numbers("blocks.*."))
    names.join("blocks." + i + ".mlp.", kGateValue, "blocks." + i + ".mlp.fc1");
  finish(names);
}

void translate_dinov2_registers(Translation& names) {
  translate_dinov2(names);
  fold_class_position(names);
}

/// timm's names for DINOv3 are those of its EVA models: LayerScale is `gamma_1`, and queries and
/// values have biases of their own.
void translate_dinov3(Translation& names) {
  translate_encoder(names, kAnchorDINOv3);
  names.drop("rope_embeddings.", "computed, not learned");
  constexpr std::array kGated = {
      NameRule{"blocks.*.mlp.gate_proj.", "blocks.*.mlp.fc1_g."},
      NameRule{"blocks.*.mlp.up_proj.", "blocks.*.mlp.fc1_x."},
  };
  constexpr std::array kPlain = {NameRule{"blocks.*.mlp.up_proj.", "blocks.*.mlp.fc1."}};
  constexpr std::array kScale = {
      NameRule{"blocks.*.layer_scale1.lambda1", "blocks.*.gamma_1"},
      NameRule{"blocks.*.layer_scale2.lambda1", "blocks.*.gamma_2"},
  };
  if (names.numbers("blocks.*.mlp.gate_proj.").empty())
    names.rename(kPlain);
  else
    names.rename(kGated);
  names.rename(kScale);
  finish(names);
  split_qkv_bias(names, KeyBias::none);
}

bool has(const TensorMap& file, std::string_view part) {
  for (const auto& [name, tensor] : file)
    if (name.find(part) != std::string::npos) return true;
  return false;
}

/// Whether there are blocks behind these patches; MSN's stand beside them, without their prefix. (A
/// Swin has the same patches, and blocks within its layers.)
bool has_blocks(const TensorMap& file, std::string_view anchor) {
  const auto prefix = prefix_of(file, anchor);
  if (!prefix) return false;
  for (const std::string& start : {*prefix, std::string()})
    for (const std::string_view layers : kLayers) {
      const std::string block = start + std::string(layers) + "0.";
      const auto found = file.lower_bound(block);
      if (found != file.end() && found->first.starts_with(block) &&
          !found->first.substr(block.size()).starts_with("blocks."))
        return true;
    }
  return false;
}

bool is_vit(const TensorMap& file) { return has_blocks(file, kTransformersVitAnchor); }

bool is_dinov2(const TensorMap& file) { return is_vit(file) && has(file, "layer_scale1.lambda1"); }

}  // namespace

const Convention kTransformersViT{"ViT of transformers",
                                  is_vit,
                                  translate_vit,
                                  Interpolation::bicubic,
                                  Interpolation::bicubic_antialias,
                                  "inception"};

const Convention kTransformersBeit{
    "BEiT of transformers",
    [](const TensorMap& file) {
      return is_vit(file) && (has(file, ".lambda_1") || has(file, "relative_position_bias_table"));
    },
    translate_beit,
    Interpolation::bicubic,
    Interpolation::bicubic_antialias,
    "inception"};

const Convention kTransformersMAE{
    "ViTMAE of transformers",
    [](const TensorMap& file) { return is_vit(file) && has(file, "decoder.decoder_embed.weight"); },
    translate_vit_mae,
    Interpolation::bicubic,
    Interpolation::bicubic_antialias,
    "imagenet"};

const Convention kTransformersDINOv2{
    "DINOv2 of transformers",         is_dinov2,  translate_dinov2, Interpolation::bicubic,
    Interpolation::bicubic_antialias, "imagenet", /*square=*/true,  /*head_with_mean=*/true};

const Convention kTransformersDINOv2Registers{
    "DINOv2 with registers of transformers",
    [](const TensorMap& file) { return is_dinov2(file) && has(file, "register_tokens"); },
    translate_dinov2_registers,
    Interpolation::bicubic_antialias,
    Interpolation::bicubic_antialias,
    "imagenet",
    /*square=*/true,
    /*head_with_mean=*/true};

const Convention kTransformersDINOv3{
    "DINOv3 of transformers",
    [](const TensorMap& file) { return has_blocks(file, kAnchorDINOv3); },
    translate_dinov3,
    Interpolation::bicubic_antialias,
    Interpolation::bicubic_antialias,
    "imagenet"};

}  // namespace vit
