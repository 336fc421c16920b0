#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "vit/core/error.h"
#include "vit/export/bundle.h"
#include "vit/export/bundle_files.h"

namespace vit {
namespace {

using Json = nlohmann::json;
using Tensors = std::map<std::string, torch::Tensor>;

enum class Kind { vit, deit, dinov2, dinov2_with_registers };

/// One requirement of all of transformers' ViTs.
struct Requirement {
  bool holds;
  std::string_view option, value;
};

/// Which of transformers' models this one is. Throws Error (usage) where it is none.
Kind kind_of(const ViTOptions& o) {
  const bool distilled = o.dist_token, scaled = o.init_values.has_value();
  const bool fc_norm = o.fc_norm.value_or(o.global_pool != "token");
  for (const Requirement& needed : {
           Requirement{o.class_token, "class_token", "true"},
           {o.num_classes == 0 || o.global_pool == "token", "global_pool", "token"},
           {!o.pre_norm, "pre_norm", "false"},
           {o.final_norm && !fc_norm, "fc_norm", "false, with final_norm"},
           {!o.qk_norm && !o.scale_attn_norm && !o.scale_mlp_norm, "qk_norm",
            "false, as all inner norms"},
           {o.norm_layer == "layernorm", "norm_layer", "layernorm"},
           {o.block_fn == "Block", "block_fn", "Block"},
           {o.mlp_layer == "mlp", "mlp_layer", "mlp"},
           {o.proj_bias && o.k_bias && o.qkv_fused, "proj_bias", "true, with k_bias and qkv_fused"},
           {o.pos_embed != "none" && o.rel_pos == "none" && o.rope_type == "none", "pos_embed",
            "a learned or fixed one, without relative or rotary positions"},
           {o.window_size == 0, "window_size", "0"},
           {o.patch_size.height == o.patch_size.width, "patch_size", "square"},
           {!scaled || !distilled, "init_values", "null, with a distillation token"},
           {scaled || o.reg_tokens == 0, "reg_tokens", "0, without LayerScale"},
           {o.no_embed_class == (o.reg_tokens > 0), "no_embed_class",
            "true with registers, false without"},
           {!scaled || o.num_classes == 0, "num_classes",
            "0 with LayerScale: transformers' DINOv2 classifies by another head"},
       })
    if (!needed.holds)
      throw Error(ErrorKind::usage, str("model.", needed.option),
                  str("transformers has no such ViT; it needs ", needed.value),
                  "write timm's layout instead: --to timm");
  if (distilled) return Kind::deit;
  if (!scaled) return Kind::vit;
  return o.reg_tokens > 0 ? Kind::dinov2_with_registers : Kind::dinov2;
}

std::string hidden_act(const std::string& act_layer) {
  return act_layer == "gelu_tanh" ? "gelu_pytorch_tanh" : act_layer;
}

bool is_dinov2(Kind kind) { return kind == Kind::dinov2 || kind == Kind::dinov2_with_registers; }

std::string_view model_type(Kind kind) {
  switch (kind) {
    case Kind::vit: return "vit";
    case Kind::deit: return "deit";
    case Kind::dinov2: return "dinov2";
    case Kind::dinov2_with_registers: return "dinov2_with_registers";
  }
  return {};
}

std::string_view architecture(Kind kind, bool with_head) {
  switch (kind) {
    case Kind::vit: return with_head ? "ViTForImageClassification" : "ViTModel";
    case Kind::deit: return with_head ? "DeiTForImageClassificationWithTeacher" : "DeiTModel";
    case Kind::dinov2: return "Dinov2Model";
    case Kind::dinov2_with_registers: return "Dinov2WithRegistersModel";
  }
  return {};
}

/// A number where both sides are equal, as most readers expect it.
Json size_json(Size2 size) {
  if (size.height == size.width) return size.height;
  return {size.height, size.width};
}

Json config(Kind kind, const ViTOptions& o, const std::vector<std::string>& labels) {
  Json result{{"model_type", model_type(kind)},
              {"architectures", {architecture(kind, o.num_classes > 0)}},
              {"dtype", "float32"},
              {"hidden_size", o.embed_dim},
              {"num_hidden_layers", o.depth},
              {"num_attention_heads", o.num_heads},
              {"hidden_act", hidden_act(o.act_layer)},
              {"hidden_dropout_prob", 0.0},
              {"attention_probs_dropout_prob", 0.0},
              {"layer_norm_eps", o.norm_eps},
              {"image_size", size_json(o.img_size)},
              {"patch_size", o.patch_size.height},
              {"num_channels", o.in_chans},
              {"qkv_bias", o.qkv_bias}};
  if (is_dinov2(kind)) {
    result["mlp_ratio"] = o.mlp_ratio;
    result["layerscale_value"] = *o.init_values;
    result["use_swiglu_ffn"] = false;
    if (kind == Kind::dinov2_with_registers) result["num_register_tokens"] = o.reg_tokens;
  } else {
    result["intermediate_size"] =
        static_cast<std::int64_t>(static_cast<double>(o.embed_dim) * o.mlp_ratio);
  }
  if (o.num_classes > 0 && static_cast<std::int64_t>(labels.size()) == o.num_classes) {
    result["id2label"] = numbered_labels(labels);
    result["label2id"] = Json::object();
    for (std::size_t i = 0; i < labels.size(); ++i) result["label2id"][labels[i]] = i;
  } else if (o.num_classes > 0) {
    result["num_labels"] = o.num_classes;
  }
  return result;
}

/// The pixels, in the words of transformers' BitImageProcessor: resize, crop the centre, normalise.
/// Throws Error (usage) where it has no words.
Json preprocessor(const InputSpec& p) {
  if (p.crop_mode == "border")
    throw Error(ErrorKind::usage, "data.crop_mode",
                "transformers has no processor that fits the longer side and fills a border",
                "set data.crop_mode: squash or center, or write timm's layout instead: --to timm");
  if (p.crop_mode == "whole")
    throw Error(ErrorKind::usage, "data.crop_mode",
                "transformers' classifiers take images of one size, and none of their own shape "
                "(whole)",
                "set data.crop_mode: squash or center");
  constexpr std::string_view kPillow[] = {"nearest", "lanczos", "bilinear",
                                          "bicubic", "box",     "hamming"};
  int resample = 3;
  for (int i = 0; i < 6; ++i)
    if (kPillow[i] == p.interpolation) resample = i;
  const auto resized = [&](std::int64_t side) {
    return static_cast<std::int64_t>(std::floor(static_cast<double>(side) / p.crop_pct));
  };
  Json size{{"shortest_edge", resized(p.img_size.height)}};
  if (p.crop_mode == "squash" || p.img_size.height != p.img_size.width)
    size = {{"height", resized(p.img_size.height)}, {"width", resized(p.img_size.width)}};
  Json result{{"image_processor_type", "BitImageProcessor"},
              {"do_convert_rgb", p.in_chans == 3},
              {"do_resize", p.crop_mode != "crop"},
              {"size", size},
              {"resample", resample},
              {"do_center_crop", true},
              {"crop_size", {{"height", p.img_size.height}, {"width", p.img_size.width}}},
              {"do_rescale", true},
              {"rescale_factor", 1.0 / 255.0},
              {"do_normalize", true},
              {"image_mean", p.mean},
              {"image_std", p.std}};
  // transformers keeps such a key without a meaning.
  if (p.exif_orientation) result["exif_orientation"] = true;
  return result;
}

/// From timm's names to those of transformers 4, which transformers 5 still writes.
class Renaming {
 public:
  Renaming(Kind kind, Tensors source) : kind_(kind), source_(std::move(source)) {
    if (!is_dinov2(kind) && source_.contains("head.weight"))
      prefix_ = std::string(model_type(kind)) + ".";
  }

  Tensors run(const ViTOptions& o) {
    move("cls_token", "embeddings.cls_token");
    move("dist_token", "embeddings.distillation_token");
    move("reg_token", "embeddings.register_tokens");
    positions(o);
    for (const char* part : {"weight", "bias"}) {
      move(std::string("patch_embed.proj.") + part,
           std::string("embeddings.patch_embeddings.projection.") + part);
      move(std::string("norm.") + part, std::string("layernorm.") + part);
      for (std::int64_t i = 0; i < o.depth; ++i) block(i, part);
      const bool two = kind_ == Kind::deit;
      put(std::string(two ? "cls_classifier." : "classifier.") + part,
          take(std::string("head.") + part));
      put(std::string("distillation_classifier.") + part, take(std::string("head_dist.") + part));
    }
    VIT_ASSERT(source_.empty(), source_.begin()->first);
    return std::move(result_);
  }

 private:
  torch::Tensor take(const std::string& name) {
    const auto found = source_.find(name);
    if (found == source_.end()) return {};
    torch::Tensor tensor = found->second.detach();
    source_.erase(found);
    return tensor;
  }
  void put(const std::string& name, const torch::Tensor& tensor) {
    if (tensor.defined()) result_[name] = tensor;
  }
  void move(const std::string& from, const std::string& to) { put(prefix_ + to, take(from)); }

  void positions(const ViTOptions& o) {
    torch::Tensor positions = take("pos_embed");
    // Ours have none for the class token where there are registers: it is part of the token.
    if (o.no_embed_class) positions = torch::cat({torch::zeros({1, 1, o.embed_dim}), positions}, 1);
    put(prefix_ + "embeddings.position_embeddings", positions);
    if (is_dinov2(kind_)) put(prefix_ + "embeddings.mask_token", torch::zeros({1, o.embed_dim}));
  }

  void block(std::int64_t index, const std::string& part) {
    const std::string from = "blocks." + std::to_string(index) + ".";
    const std::string to = prefix_ + "encoder.layer." + std::to_string(index) + ".";
    const auto rename = [&](const std::string& old_name, const std::string& name) {
      put(to + name + part, take(from + old_name + part));
    };
    if (const torch::Tensor joined = take(from + "attn.qkv." + part); joined.defined()) {
      const auto parts = joined.chunk(3);
      const char* names[] = {"query.", "key.", "value."};
      for (std::size_t i = 0; i < 3; ++i)
        put(to + "attention.attention." + names[i] + part, parts[i]);
    }
    rename("attn.proj.", "attention.output.dense.");
    const bool dino = is_dinov2(kind_);
    rename("norm1.", dino ? "norm1." : "layernorm_before.");
    rename("norm2.", dino ? "norm2." : "layernorm_after.");
    rename("mlp.fc1.", dino ? "mlp.fc1." : "intermediate.dense.");
    rename("mlp.fc2.", dino ? "mlp.fc2." : "output.dense.");
    put(to + "layer_scale1.lambda1", take(from + "ls1.gamma"));
    put(to + "layer_scale2.lambda1", take(from + "ls2.gamma"));
  }

  Kind kind_;
  Tensors source_, result_;
  std::string prefix_;
};

}  // namespace

void write_transformers_bundle(const ModelSpec& spec, ImageModel& model, const ModelCard& card,
                               const std::filesystem::path& folder) {
  const auto* options = std::get_if<ViTOptions>(&spec.options);
  if (options == nullptr)
    throw Error(ErrorKind::usage, "model.name",
                "only Vision Transformers are written for transformers, and this is " + spec.name,
                "write timm's layout instead: --to timm");
  const Kind kind = kind_of(*options);
  write_bundle(folder, Renaming(kind, named_tensors(model)).run(*options),
               {{"config.json", config(kind, *options, card.labels)},
                {"preprocessor_config.json", preprocessor(card.preprocessing)}});
}

}  // namespace vit
