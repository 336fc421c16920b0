#include "vit/weights/naming/convention.h"
#include "vit/weights/naming/timm_names.h"

namespace vit {
namespace {

/// timm's own names, also torchvision's of ResNets, which timm shares, and DeiT's.
void translate_timm(Translation& names) {
  for (const std::string_view anchor : {kPatchEmbed, std::string_view("layer1.0.conv1.weight"),
                                        std::string_view("stages.0.blocks.0.conv_dw.weight")})
    if (prefix_of(names.source, anchor)) {
      choose_encoder(names, anchor);
      break;
    }
  names.drop("mask_token", "stands for masked patches in pretraining");
  names.drop("lm_head.", "the head of pretraining");
  take_timm_names(names);
}

}  // namespace

const Convention kTimm{
    "timm",
    [](const TensorMap&) { return true; },
    translate_timm,
    Interpolation::bicubic_antialias,
    Interpolation::bicubic_antialias,
    "",
    /*square=*/false,
};

}  // namespace vit
