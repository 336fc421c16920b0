#include "vit/weights/naming/convention.h"
#include "vit/weights/naming/timm_names.h"

namespace vit {
namespace {

/// timm's own names, also torchvision's of ResNets, which timm shares, and DeiT's.
void translate_timm(Translation& names) {
  if (const auto prefix = prefix_of(names.source, kPatchEmbed)) names.strip(*prefix);
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
