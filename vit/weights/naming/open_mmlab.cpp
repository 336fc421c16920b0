#include <array>

#include "vit/weights/naming/convention.h"

/// ViT, DeiT and ConvNeXt in the names of OpenMMLab's mmpretrain (mmcls); its ResNets have
/// torchvision's.
namespace vit {
namespace {

constexpr std::string_view kProjection = "patch_embed.projection.weight";
constexpr std::string_view kDepthwise = "stages.0.0.depthwise_conv.weight";

constexpr std::array kViTNames = {
    NameRule{"cls_token", "cls_token"},
    NameRule{"dist_token", "dist_token"},
    NameRule{"pos_embed", "pos_embed"},
    NameRule{"patch_embed.projection.", "patch_embed.proj."},
    NameRule{"pre_norm.", "norm_pre."},
    NameRule{"layers.*.ln1.", "blocks.*.norm1."},
    NameRule{"layers.*.ln2.", "blocks.*.norm2."},
    NameRule{"layers.*.norm1.", "blocks.*.norm1."},
    NameRule{"layers.*.norm2.", "blocks.*.norm2."},
    NameRule{"layers.*.attn.qkv.", "blocks.*.attn.qkv."},
    NameRule{"layers.*.attn.proj.", "blocks.*.attn.proj."},
    NameRule{"layers.*.attn.gamma1.weight", "blocks.*.ls1.gamma"},
    NameRule{"layers.*.ffn.layers.0.0.", "blocks.*.mlp.fc1."},
    NameRule{"layers.*.ffn.layers.1.", "blocks.*.mlp.fc2."},
    NameRule{"layers.*.ffn.gamma2.weight", "blocks.*.ls2.gamma"},
    NameRule{"layers.*.ffn.gamma2.scale", "blocks.*.ls2.gamma"},
    NameRule{"ln1.", "norm."},
    NameRule{"norm1.", "norm."},
    NameRule{"head.layers.head.", "head."},
    NameRule{"head.layers.head_dist.", "head_dist."},
    NameRule{"head.layers.", "head."},
    NameRule{"head.fc.", "head."},
};

constexpr std::array kConvNeXtOfMMLab = {
    NameRule{"downsample_layers.0.", "stem."},
    NameRule{"downsample_layers.*.*.", "stages.*.downsample.*."},
    NameRule{"stages.*.*.depthwise_conv.", "stages.*.blocks.*.conv_dw."},
    NameRule{"stages.*.*.pointwise_conv1.", "stages.*.blocks.*.mlp.fc1."},
    NameRule{"stages.*.*.pointwise_conv2.", "stages.*.blocks.*.mlp.fc2."},
    NameRule{"stages.*.*.norm.", "stages.*.blocks.*.norm."},
    NameRule{"stages.*.*.gamma", "stages.*.blocks.*.gamma"},
    NameRule{"norm3.", "head.norm."},
    NameRule{"head.fc.", "head.fc."},
};

}  // namespace

const Convention kOpenMMLabViT{
    "mmpretrain's ViT",
    [](const TensorMap& file) {
      const auto prefix = prefix_of(file, kProjection);
      return prefix && file.contains(*prefix + "layers.0.attn.qkv.weight") &&
             file.contains(*prefix + "layers.0.ffn.layers.0.0.weight");
    },
    [](Translation& names) {
      names.strip(prefix_of(names.source, kProjection).value());
      names.rename(kViTNames);
    },
    Interpolation::bicubic,
    Interpolation::bicubic_antialias,
    "",
};

const Convention kOpenMMLabConvNeXt{
    "mmpretrain's ConvNeXt",
    [](const TensorMap& file) { return prefix_of(file, kDepthwise).has_value(); },
    [](Translation& names) {
      names.strip(prefix_of(names.source, kDepthwise).value());
      names.rename(kConvNeXtOfMMLab);
    },
    Interpolation::bicubic_antialias,
    Interpolation::bicubic_antialias,
    "imagenet",
};

}  // namespace vit
