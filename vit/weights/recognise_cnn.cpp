#include "vit/core/error.h"
#include "vit/image/pixel_statistics.h"
#include "vit/models/registry.h"
#include "vit/weights/recognise_families.h"

namespace vit {
namespace {

/// The variant of a family that `same` says is this one; else `fallback`.
template <class Options, class Same>
std::string variant_name(const std::string& fallback, Same same) {
  for (const std::string& name : model_names()) {
    const ModelSpec spec = model_spec(name);
    const auto* options = std::get_if<Options>(&spec.options);
    if (options != nullptr && same(*options)) return name;
  }
  return fallback;
}

/// The width that the first convolution of a stage tells. A stage without it is another family's,
/// which shares the names of the stem and of the stages.
std::int64_t width_of(const Shapes& shapes, const std::string& convolution) {
  const std::int64_t width = shapes.size(convolution, 0);
  if (width < 1)
    throw Error(ErrorKind::weights, "",
                "has no " + convolution + ", so it is of no model that is known here",
                "`vit models` lists what is known; `vit weights show` what is in the file");
  return width;
}

}  // namespace

void recognise_resnet(const NamedWeights& weights, Recognised& result) {
  const Shapes shapes(weights.names.tensors);
  const bool bottleneck = shapes.has("layer1.0.conv3.weight");
  std::vector<std::int64_t> layers, channels;
  for (int stage = 1; shapes.count("layer" + std::to_string(stage) + ".") > 0; ++stage) {
    const std::string name = "layer" + std::to_string(stage) + ".";
    layers.push_back(shapes.count(name));
    channels.push_back(width_of(shapes, name + "0.conv1.weight"));
  }
  const std::string block = bottleneck ? "bottleneck" : "basic";
  const std::string stem = shapes.size("conv1.weight", 2) == 3 ? "cifar" : "imagenet";
  result.name = variant_name<ResNetOptions>(
      bottleneck ? "resnet50" : "resnet18", [&](const ResNetOptions& options) {
        return options.block == block && options.stem == stem && options.layers == layers &&
               options.channels == channels;
      });
  result.options = {{"stem", stem},
                    {"block", block},
                    {"layers", option_text(layers)},
                    {"channels", option_text(channels)},
                    {"in_chans", std::to_string(shapes.size("conv1.weight", 1))},
                    {"num_classes", std::to_string(shapes.size("fc.weight", 0))}};
  result.assumptions.emplace_back(
      "no smoothing where maps are halved: that of timm's resnetaa* and resnetblur* has no "
      "tensors");
  const std::int64_t width = shapes.size("conv1.weight", 0);
  if (width != (stem == "cifar" && !channels.empty() ? channels.front() : 64))
    result.options["stem_channels"] = std::to_string(width);
  result.mean = kImageNetPixels.mean;
  result.std = kImageNetPixels.std;
}

void recognise_convnext(const NamedWeights& weights, Recognised& result) {
  const Shapes shapes(weights.names.tensors);
  std::vector<std::int64_t> depths, dims;
  for (std::int64_t stage = 0; stage < shapes.count("stages."); ++stage) {
    const std::string name = "stages." + std::to_string(stage) + ".blocks.";
    depths.push_back(shapes.count(name));
    dims.push_back(width_of(shapes, name + "0.conv_dw.weight"));
  }
  result.name = variant_name<ConvNeXtOptions>("convnext_tiny", [&](const ConvNeXtOptions& options) {
    return options.depths == depths && options.dims == dims;
  });
  const ModelSpec variant = model_spec(result.name);
  const std::string act = std::get<ConvNeXtOptions>(variant.options).act_layer;
  result.options = {
      {"depths", option_text(depths)},
      {"dims", option_text(dims)},
      {"patch_size", std::to_string(shapes.size("stem.0.weight", 2))},
      {"kernel_size", std::to_string(shapes.size("stages.0.blocks.0.conv_dw.weight", 2))},
      {"ls_init_value", shapes.has("stages.0.blocks.0.gamma") ? "1e-6" : "null"},
      {"in_chans", std::to_string(shapes.size("stem.0.weight", 1))},
      {"num_classes", std::to_string(shapes.size("head.fc.weight", 0))}};
  result.assumptions.push_back("act_layer: " + act + ", as in " + result.name);
  for (const auto& [key, value] : weights.names.options) result.options[key] = value;
  result.mean = kImageNetPixels.mean;
  result.std = kImageNetPixels.std;
}

}  // namespace vit
