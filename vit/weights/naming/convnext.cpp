#include <array>

#include "vit/weights/naming/convention.h"
#include "vit/weights/naming/timm_names.h"

namespace vit {
namespace {

// ConvNeXt's own repository.
constexpr std::array kConvNeXtRules = {
    NameRule{"downsample_layers.0.", "stem."},
    NameRule{"downsample_layers.*.*.", "stages.*.downsample.*."},
    NameRule{"stages.*.*.dwconv.", "stages.*.blocks.*.conv_dw."},
    NameRule{"stages.*.*.pwconv1.", "stages.*.blocks.*.mlp.fc1."},
    NameRule{"stages.*.*.pwconv2.", "stages.*.blocks.*.mlp.fc2."},
    NameRule{"stages.*.*.norm.", "stages.*.blocks.*.norm."},
    NameRule{"stages.*.*.gamma", "stages.*.blocks.*.gamma"},
    NameRule{"norm.", "head.norm."},
    NameRule{"head.", "head.fc."},
};

}  // namespace

const Convention kConvNeXt{
    "ConvNeXt (its own repository)",
    [](const TensorMap& file) { return file.contains("downsample_layers.0.0.weight"); },
    [](Translation& names) { names.rename(kConvNeXtRules); },
    Interpolation::bicubic_antialias,
    Interpolation::bicubic_antialias,
    "imagenet",
};

}  // namespace vit
