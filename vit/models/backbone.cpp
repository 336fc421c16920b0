#include "vit/models/backbone.h"

#include "vit/core/error.h"
#include "vit/models/image_model.h"

namespace vit {

std::vector<std::int64_t> resolved_layers(const FeatureRequest& request, std::int64_t count,
                                          const char* where) {
  if (request.layers.empty()) return {count - 1};
  std::vector<std::int64_t> layers;
  for (const std::int64_t asked : request.layers) {
    const std::int64_t layer = asked < 0 ? count + asked : asked;
    if (layer < 0 || layer >= count)
      throw Error(ErrorKind::usage, where,
                  vit::str("layer ", asked, " is asked for, and there are ", count),
                  vit::str("choose among 0 … ", count - 1, ", or count from the end: -1 …"));
    layers.push_back(layer);
  }
  return layers;
}

std::vector<Features> features_of_stages(
    const FeatureRequest& request, const char* where,
    const std::function<std::vector<torch::Tensor>()>& stages) {
  if (request.keep.defined() || request.mask.defined())
    throw Error(ErrorKind::usage, where,
                "patches are to be left out or masked, and a convolutional network has none",
                "choose a ViT");
  const std::vector<torch::Tensor> maps = stages();
  std::vector<Features> features;
  for (const std::int64_t layer :
       resolved_layers(request, static_cast<std::int64_t>(maps.size()), where)) {
    const torch::Tensor& map = maps[static_cast<std::size_t>(layer)];
    features.push_back({map.flatten(2).transpose(1, 2), 0, {map.size(2), map.size(3)}});
  }
  return features;
}

std::vector<Features> ImageModel::features(const torch::Tensor& /*x*/,
                                           const FeatureRequest& /*request*/) {
  throw Error(ErrorKind::usage, "model.name",
              "this family of models has no features for other tasks to build on",
              "choose a ViT, a ResNet or a ConvNeXt");
}

}  // namespace vit
