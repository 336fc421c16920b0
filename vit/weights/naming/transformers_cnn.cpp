#include <array>

#include "vit/core/str.h"
#include "vit/weights/naming/convention.h"

/// ConvNeXt and ResNet in Hugging Face's transformers.
namespace vit {
namespace {

constexpr std::string_view kConvNeXtStem = "embeddings.patch_embeddings.weight";
constexpr std::string_view kResNetStem = "embedder.embedder.convolution.weight";

constexpr std::array kConvNeXtNames = {
    NameRule{"embeddings.patch_embeddings.", "stem.0."},
    NameRule{"embeddings.layernorm.", "stem.1."},
    NameRule{"encoder.stages.*.downsampling_layer.*.", "stages.*.downsample.*."},
    NameRule{"encoder.stages.*.layers.*.dwconv.", "stages.*.blocks.*.conv_dw."},
    NameRule{"encoder.stages.*.layers.*.layernorm.", "stages.*.blocks.*.norm."},
    NameRule{"encoder.stages.*.layers.*.pwconv1.", "stages.*.blocks.*.mlp.fc1."},
    NameRule{"encoder.stages.*.layers.*.pwconv2.", "stages.*.blocks.*.mlp.fc2."},
    NameRule{"encoder.stages.*.layers.*.layer_scale_parameter", "stages.*.blocks.*.gamma"},
    NameRule{"layernorm.", "head.norm."},
    NameRule{"classifier.", "head.fc."},
};

/// `stages.0.layers.1.layer.2.convolution` is `layer1.1.conv3`.
void rename_stages(Translation& names) {
  for (const int stage : names.small_numbers("encoder.stages.*.")) {
    const std::string from = str("encoder.stages.", stage, ".layers.");
    for (const int block : names.small_numbers(from + "*.")) {
      const std::string inner = str(from, block, "."),
                        target = str("layer", stage + 1, ".", block, ".");
      for (const int layer : names.small_numbers(inner + "layer.*.")) {
        const std::string conv = str(target, "conv", layer + 1, "."),
                          norm = str(target, "bn", layer + 1, "."),
                          part = str(inner, "layer.", layer, ".");
        const std::string convolution = part + "convolution.",
                          normalization = part + "normalization.";
        names.rename(std::array{NameRule{convolution, conv}, NameRule{normalization, norm}});
      }
      const std::string shortcut = inner + "shortcut.", downsample = target + "downsample.";
      names.rename(std::array{NameRule{shortcut + "convolution.", downsample + "0."},
                              NameRule{shortcut + "normalization.", downsample + "1."}});
    }
  }
}

}  // namespace

const Convention kTransformersConvNeXt{
    "ConvNeXt of transformers",
    [](const TensorMap& file) {
      const auto prefix = prefix_of(file, kConvNeXtStem);
      return prefix && file.contains(*prefix + "encoder.stages.0.layers.0.dwconv.weight");
    },
    [](Translation& names) {
      names.strip(prefix_of(names.source, kConvNeXtStem).value());
      names.rename(kConvNeXtNames);
      // Only of the norm behind pooling.
      names.options["head_norm_eps"] = "1e-12";
    },
    Interpolation::bicubic_antialias,
    Interpolation::bicubic_antialias,
    "imagenet",
};

const Convention kTransformersResNet{
    "ResNet of transformers",
    [](const TensorMap& file) { return prefix_of(file, kResNetStem).has_value(); },
    [](Translation& names) {
      names.strip(prefix_of(names.source, kResNetStem).value());
      rename_stages(names);
      names.rename(std::array{NameRule{"embedder.embedder.convolution.", "conv1."},
                              NameRule{"embedder.embedder.normalization.", "bn1."},
                              NameRule{"classifier.1.", "fc."}});
    },
    Interpolation::bicubic_antialias,
    Interpolation::bicubic_antialias,
    "imagenet",
};

}  // namespace vit
