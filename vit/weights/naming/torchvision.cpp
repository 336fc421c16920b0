#include <array>

#include "vit/weights/naming/convention.h"

namespace vit {
namespace {

// torchvision's VisionTransformer; `mlp.linear_1` is its spelling before version 0.12.
constexpr std::array kTorchvisionRules = {
    NameRule{"class_token", "cls_token"},
    NameRule{"conv_proj.", "patch_embed.proj."},
    NameRule{"encoder.pos_embedding", "pos_embed"},
    NameRule{"encoder.ln.", "norm."},
    NameRule{"heads.head.", "head."},
    NameRule{"heads.", "head."},
    NameRule{"encoder.layers.encoder_layer_*.ln_1.", "blocks.*.norm1."},
    NameRule{"encoder.layers.encoder_layer_*.ln_2.", "blocks.*.norm2."},
    NameRule{"encoder.layers.encoder_layer_*.self_attention.in_proj_weight",
             "blocks.*.attn.qkv.weight"},
    NameRule{"encoder.layers.encoder_layer_*.self_attention.in_proj_bias",
             "blocks.*.attn.qkv.bias"},
    NameRule{"encoder.layers.encoder_layer_*.self_attention.out_proj.", "blocks.*.attn.proj."},
    NameRule{"encoder.layers.encoder_layer_*.mlp.0.", "blocks.*.mlp.fc1."},
    NameRule{"encoder.layers.encoder_layer_*.mlp.3.", "blocks.*.mlp.fc2."},
    NameRule{"encoder.layers.encoder_layer_*.mlp.linear_1.", "blocks.*.mlp.fc1."},
    NameRule{"encoder.layers.encoder_layer_*.mlp.linear_2.", "blocks.*.mlp.fc2."},
};

}  // namespace

const Convention kTorchvisionViT{
    "torchvision's ViT",
    [](const TensorMap& file) {
      const auto prefix = prefix_of(file, "conv_proj.weight");
      return prefix && file.contains(*prefix + "encoder.pos_embedding");
    },
    [](Translation& names) {
      choose_encoder(names, "conv_proj.weight");
      names.rename(kTorchvisionRules);
    },
    Interpolation::bicubic_corners,
    Interpolation::bicubic_antialias,
    "imagenet",
};

}  // namespace vit
