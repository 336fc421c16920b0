#include <array>

#include "vit/weights/naming/convention.h"
#include "vit/weights/naming/timm_names.h"

/// The picture towers of CLIP and SigLIP in Hugging Face's transformers.
namespace vit {
namespace {

constexpr std::string_view kTransformersClipAnchor = "embeddings.patch_embedding.weight";
constexpr std::array<std::string_view, 3> kClipQkv = {"q_proj", "k_proj", "v_proj"};

constexpr std::array kTransformersClipRules = {
    NameRule{"embeddings.patch_embedding.", "patch_embed.proj."},
    NameRule{"pre_layrnorm.", "norm_pre."},  // spelled so in the library
    NameRule{"post_layernorm.", "norm."},
    NameRule{"encoder.layers.*.layer_norm1.", "blocks.*.norm1."},
    NameRule{"encoder.layers.*.layer_norm2.", "blocks.*.norm2."},
    NameRule{"encoder.layers.*.self_attn.out_proj.", "blocks.*.attn.proj."},
    NameRule{"encoder.layers.*.mlp.fc1.", "blocks.*.mlp.fc1."},
    NameRule{"encoder.layers.*.mlp.fc2.", "blocks.*.mlp.fc2."},
    NameRule{"head.probe", "attn_pool.latent"},
    NameRule{"head.attention.out_proj.", "attn_pool.proj."},
    NameRule{"head.layernorm.", "attn_pool.norm."},
    NameRule{"head.mlp.", "attn_pool.mlp."},
};

/// One matrix of queries, keys and values to timm's `q` and `kv`.
void split_pooling(Translation& names) {
  for (const std::string kind : {"weight", "bias"}) {
    const std::string from = "head.attention.in_proj_" + kind;
    const auto joined = names.take(from);  // [3 D, D] or [3 D]
    if (!joined) continue;
    const std::int64_t dim = joined->size(0) / 3;
    names.put("attn_pool.q." + kind, joined->narrow(0, 0, dim), from);
    names.put("attn_pool.kv." + kind, joined->narrow(0, dim, joined->size(0) - dim), from);
  }
}

/// CLIPForImageClassification and SiglipForImageClassification read the mean of the patches, and
/// not what the tower has for its own embedding.
void take_classifier(Translation& names, bool clip) {
  if (!names.has("classifier.weight")) return;
  const std::string unused = "not used by the classifier, which reads the mean of the patches";
  if (clip) {
    names.drop("post_layernorm.", unused);
    names.options["final_norm"] = "false";
  } else {
    names.drop("head.", unused);
  }
  names.options["global_pool"] = "avg";
  names.options["fc_norm"] = "false";
  names.rename(std::array{NameRule{"classifier.", "head."}});
}

void translate_tower(Translation& names) {
  const std::string prefix = prefix_of(names.source, kTransformersClipAnchor).value();
  const bool clip = names.has(prefix + "embeddings.class_embedding");
  if (auto projection = names.take("visual_projection.weight")) {
    names.put("head.weight", *projection, "visual_projection.weight");
    names.put("head.bias", torch::zeros({projection->size(0)}, projection->options()),
              std::string(kZeroBias));
  }
  for (const char* text : {"text_model.", "text_projection.", "logit_scale", "logit_bias"})
    names.drop(text, "not of the picture tower");
  names.strip(prefix);
  names.drop("embeddings.position_ids", "a counter, not a weight");
  take_classifier(names, clip);
  if (auto token = names.take("embeddings.class_embedding"))  // [D]
    names.put("cls_token", token->reshape({1, 1, -1}), "embeddings.class_embedding");
  if (auto positions = names.take("embeddings.position_embedding.weight"))  // [N, D]
    names.put("pos_embed", positions->unsqueeze(0), "embeddings.position_embedding.weight");
  for (const std::string& i : names.numbers("encoder.layers.*."))
    names.join("encoder.layers." + i + ".self_attn.", kClipQkv, "blocks." + i + ".attn.qkv");
  split_pooling(names);
  names.rename(kTransformersClipRules);
}

bool has_class_token(const TensorMap& file) {
  const auto prefix = prefix_of(file, kTransformersClipAnchor);
  return prefix && file.contains(*prefix + "embeddings.class_embedding");
}

}  // namespace

const Convention kTransformersClip{
    "CLIP of transformers",
    has_class_token,
    [](Translation& names) {
      translate_tower(names);
      names.options["norm_eps"] = "1e-5";
      names.options["act_layer"] = "quick_gelu";
    },
    Interpolation::bicubic,
    Interpolation::bicubic_antialias,
    "clip",
};

const Convention kTransformersSiglip{
    "SigLIP of transformers",
    [](const TensorMap& file) {
      return prefix_of(file, kTransformersClipAnchor).has_value() && !has_class_token(file);
    },
    [](Translation& names) {
      translate_tower(names);
      names.options["act_layer"] = "gelu_tanh";
    },
    Interpolation::bicubic,
    Interpolation::bicubic_antialias,
    "inception",
};

}  // namespace vit
