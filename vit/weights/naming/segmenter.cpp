#include "vit/weights/naming/convention.h"
#include "vit/weights/naming/timm_names.h"

namespace vit {

/// Segmenter (Strudel et al. 2021): an encoder with timm's names and a decoder of masks.
const Convention kSegmenter{
    "Segmenter",
    [](const TensorMap& file) {
      if (!file.contains("encoder." + std::string(kPatchEmbed))) return false;
      const auto decoder = file.lower_bound("decoder.");
      return decoder != file.end() && decoder->first.starts_with("decoder.");
    },
    [](Translation& names) {
      names.drop("decoder.", "the decoder of masks: the encoder is taken");
      names.strip("encoder.");
      names.options["norm_eps"] = "1e-5";
      take_timm_names(names);
    },
    Interpolation::bilinear,
    Interpolation::bicubic_antialias,
    "inception",
    /*square=*/false,
};

}  // namespace vit
