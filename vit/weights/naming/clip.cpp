#include <algorithm>
#include <array>

#include "vit/weights/naming/convention.h"
#include "vit/weights/naming/timm_names.h"

/// The picture towers of OpenAI's CLIP and of open_clip.
namespace vit {
namespace {

constexpr std::array kClipRules = {
    NameRule{"conv1.", "patch_embed.proj."},
    NameRule{"ln_pre.", "norm_pre."},
    NameRule{"ln_post.", "norm."},
    NameRule{"transformer.resblocks.*.ln_1.", "blocks.*.norm1."},
    NameRule{"transformer.resblocks.*.ln_2.", "blocks.*.norm2."},
    NameRule{"transformer.resblocks.*.attn.in_proj_weight", "blocks.*.attn.qkv.weight"},
    NameRule{"transformer.resblocks.*.attn.in_proj_bias", "blocks.*.attn.qkv.bias"},
    NameRule{"transformer.resblocks.*.attn.out_proj.", "blocks.*.attn.proj."},
    NameRule{"transformer.resblocks.*.ls_1.gamma", "blocks.*.ls1.gamma"},
    NameRule{"transformer.resblocks.*.ls_2.gamma", "blocks.*.ls2.gamma"},
    NameRule{"transformer.resblocks.*.mlp.c_fc.", "blocks.*.mlp.fc1."},
    NameRule{"transformer.resblocks.*.mlp.c_proj.", "blocks.*.mlp.fc2."},
};

/// What a model of images and texts has beside the tower of images; further names begin with
/// `text`.
constexpr std::array<std::string_view, 11> kBesideTower = {
    "transformer.", "token_embedding.", "positional_embedding", "ln_final.",  "logit_scale",
    "logit_bias",   "input_resolution", "context_length",       "vocab_size", "attn_mask",
    "text"};

/// Moves the tower of images to the front and leaves the text tower out, whose names begin as the
/// tower's own do. What is of neither, such as a classifier, stays as what stands beside it.
void only_tower(Translation& names, const std::string& prefix) {
  if (prefix.empty()) return;
  const std::size_t visual = prefix.rfind("visual.");
  const std::string parent = visual == prefix.npos ? "" : prefix.substr(0, visual);
  TensorMap tower;
  for (auto& [name, tensor] : names.source) {
    if (name.starts_with(prefix)) {
      tower[name.substr(prefix.size())] = tensor;
      continue;
    }
    const std::string own = name.starts_with(parent) ? name.substr(parent.size()) : name;
    if (std::any_of(kBesideTower.begin(), kBesideTower.end(),
                    [&](std::string_view start) { return own.starts_with(start); }))
      names.dropped.push_back({name, "not of the image tower"});
    else
      tower[std::string(kBeside) + name] = tensor;
  }
  names.source = std::move(tower);
}

void zero_head_bias(Translation& names) {
  // The projection has no bias; timm's head has one, which is zero here.
  const torch::Tensor& weight = names.tensors.at("head.weight");
  names.put("head.bias", torch::zeros({weight.size(0)}, weight.options()), std::string(kZeroBias));
}

void translate_openai(Translation& names) {
  const bool openai = names.has("input_resolution");
  only_tower(names, prefix_of(names.source, "class_embedding").value());
  if (auto token = names.take("class_embedding"))  // [D]
    names.put("cls_token", token->reshape({1, 1, -1}), "class_embedding");
  if (auto positions = names.take("positional_embedding"))  // [1 + N, D]
    names.put("pos_embed", positions->unsqueeze(0), "positional_embedding");
  if (auto projection = names.take("proj")) {  // [D, out]
    names.put("head.weight", projection->t(), "proj");
    zero_head_bias(names);
  }
  names.rename(kClipRules);
  names.options["norm_eps"] = "1e-5";
  const auto weight = names.tensors.find("patch_embed.proj.weight");
  const bool half =
      weight != names.tensors.end() && weight->second.scalar_type() == torch::kFloat16;
  names.options["act_layer"] = openai || half ? "quick_gelu" : "gelu";
  if (openai) names.options["global_pool"] = "token";  // open_clip's own may be pooled otherwise
}

void translate_open_clip_timm(Translation& names) {
  if (auto projection = names.take("visual.head.proj.weight")) {
    names.put("head.weight", *projection, "visual.head.proj.weight");
    zero_head_bias(names);
  }
  only_tower(names, "visual.trunk.");
  take_timm_names(names);
}

bool is_openai(const TensorMap& file) {
  const auto prefix = prefix_of(file, "class_embedding");
  return prefix && file.contains(*prefix + "conv1.weight");
}

}  // namespace

const Convention kOpenAIClip{
    "CLIP (OpenAI, open_clip)",       is_openai, translate_openai, Interpolation::bicubic_antialias,
    Interpolation::bicubic_antialias, "clip",
};

const Convention kOpenClipTimm{
    "open_clip with timm's tower",
    [](const TensorMap& file) { return file.contains("visual.trunk.patch_embed.proj.weight"); },
    translate_open_clip_timm,
};

}  // namespace vit
