#include <array>

#include "vit/weights/naming/convention.h"
#include "vit/weights/naming/timm_names.h"

namespace vit {
namespace {

constexpr std::string_view kOwnStem = "downsample_layers.0.0.weight";
constexpr std::string_view kTorchvisionBlock = "features.1.0.block.0.weight";

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

// torchvision: stages are features 1, 3, 5 and 7, what leads to them 0, 2, 4 and 6.
void translate_torchvision(Translation& names) {
  choose_encoder(names, kTorchvisionBlock);
  names.rename(std::array{NameRule{"features.0.", "stem."}});
  for (const int feature : names.small_numbers("features.*.")) {
    const std::string from = "features." + std::to_string(feature) + ".",
                      stage = "stages." + std::to_string(feature / 2) + ".";
    if (feature % 2 == 0) {
      names.rename(std::array{NameRule{from, stage + "downsample."}});
      continue;
    }
    for (const std::string& i : names.numbers(from + "*.")) {
      const std::string layer = from + i + ".block.", block = stage + "blocks." + i + ".";
      names.rename(std::array{
          NameRule{layer + "0.", block + "conv_dw."}, NameRule{layer + "2.", block + "norm."},
          NameRule{layer + "3.", block + "mlp.fc1."}, NameRule{layer + "5.", block + "mlp.fc2."}});
      const std::string scale = from + i + ".layer_scale";  // [C, 1, 1]
      if (const auto gamma = names.take(scale)) names.put(block + "gamma", gamma->flatten(), scale);
    }
  }
  names.rename(
      std::array{NameRule{"classifier.0.", "head.norm."}, NameRule{"classifier.2.", "head.fc."}});
}

}  // namespace

const Convention kTorchvisionConvNeXt{
    "torchvision's ConvNeXt",
    [](const TensorMap& file) { return prefix_of(file, kTorchvisionBlock).has_value(); },
    translate_torchvision,
    Interpolation::bicubic_antialias,
    Interpolation::bicubic_antialias,
    "imagenet",
};

const Convention kConvNeXt{
    "ConvNeXt (its own repository)",
    [](const TensorMap& file) { return prefix_of(file, kOwnStem).has_value(); },
    [](Translation& names) {
      choose_encoder(names, kOwnStem);
      names.rename(kConvNeXtRules);
    },
    Interpolation::bicubic_antialias,
    Interpolation::bicubic_antialias,
    "imagenet",
};

}  // namespace vit
