#include <array>

#include "vit/weights/naming/convention.h"
#include "vit/weights/naming/timm_names.h"

/// DeiT-III in the names of its own repository: LayerScale is a parameter of the block. (EVA and
/// DINOv3 have such names in timm too, but no bias of queries, keys and values together.)
namespace vit {
namespace {

constexpr std::array kDeit3Rules = {
    NameRule{"blocks.*.gamma_1", "blocks.*.ls1.gamma"},
    NameRule{"blocks.*.gamma_2", "blocks.*.ls2.gamma"},
};

}  // namespace

const Convention kDeiT3{
    "DeiT-III",
    [](const TensorMap& file) {
      const auto prefix = prefix_of(file, "blocks.0.gamma_1");
      return prefix && file.contains(*prefix + "pos_embed") &&
             file.contains(*prefix + "blocks.0.attn.qkv.bias");
    },
    [](Translation& names) {
      choose_encoder(names, kPatchEmbed);
      names.rename(kDeit3Rules);
      take_timm_names(names);
    },
    Interpolation::bicubic,
    Interpolation::bicubic_antialias,
    "imagenet",
};

}  // namespace vit
