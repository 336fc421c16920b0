#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/model_fixture.h"
#include "tests/tasks/detect/windowed_vit.h"
#include "vit/models/vit.h"
#include "vit/nn/initial_weights.h"
#include "vit/tasks/detect/rf_detr.h"
#include "vit/tasks/detect/rf_detr_weights.h"
#include "vit/weights/load.h"

namespace vit::test {

/// The detector of a fixture as transformers' RF-DETR has it, made of what its weights and
/// config.json say, in evaluation mode. How its loss looks at masks, they do not.
inline std::shared_ptr<RfDetr> rf_detr_of(const std::filesystem::path& weights,
                                          std::int64_t mask_point_sample_ratio = 16) {
  const WeightsFile file = open_weights(weights);
  const std::optional<Recognised> found = recognise_rf_detr(file, std::nullopt);
  REQUIRE(found);
  const auto number = [&](const char* key) { return std::stoll(found->options.at(key)); };
  ViTOptions vit;
  vit.embed_dim = number("embed_dim");
  vit.depth = number("depth");
  vit.num_heads = number("num_heads");
  vit.patch_size = {number("patch_size"), number("patch_size")};
  vit.img_size = {number("img_size"), number("img_size")};
  vit.mlp_ratio = std::stod(found->options.at("mlp_ratio"));
  vit.init_values = 1.0;
  vit.num_classes = 0;
  vit.dynamic_img_size = true;
  RfDetrOptions options;
  options.mask_point_sample_ratio = mask_point_sample_ratio;
  std::vector<std::string> classes;
  take_rf_detr_from(weights, options, classes);
  auto network = std::make_shared<RfDetr>(std::make_shared<VisionTransformerImpl>(vit), options,
                                          static_cast<std::int64_t>(classes.size()));
  const LoadReport report = network->load(weights, classes);
  CHECK(report.complete());
  network->eval();
  return network;
}

/// Writes a network's weights as a checkpoint of ours has them.
inline std::filesystem::path saved(RfDetr& network, const std::filesystem::path& path,
                                   const std::vector<std::string>& classes,
                                   const std::string& prefix = "") {
  TensorWriter writer;
  for (const auto& item : network.named_parameters())
    writer.add(prefix + item.key(), item.value().detach());
  if (!classes.empty()) writer.set_metadata("labels", nlohmann::json(classes).dump());
  writer.write(path);
  return path;
}

/// The images' objects of a fixture, in pixels.
inline std::vector<ObjectTargets> targets_of(const ModelFixture& fixture, const torch::Tensor& x,
                                             bool with_masks = false) {
  const auto side = static_cast<double>(x.size(2));
  std::vector<ObjectTargets> targets;
  for (std::int64_t i = 0; i < x.size(0); ++i) {
    const torch::Tensor boxes = fixture.at("labels_boxes_" + std::to_string(i)) * side;
    const torch::Tensor centre = boxes.narrow(1, 0, 2), half = boxes.narrow(1, 2, 2) / 2;
    targets.push_back({torch::cat({centre - half, centre + half}, 1),
                       fixture.at("labels_class_" + std::to_string(i))});
    if (with_masks) targets.back().masks = fixture.at("labels_masks_" + std::to_string(i));
  }
  return targets;
}

/// The random numbers of a fixture's loss from number `first` on, in their order, whatever is asked
/// for.
inline DrawUniform drawn_in(const ModelFixture& fixture, std::int64_t first) {
  return [&fixture, next = std::make_shared<std::int64_t>(first)](torch::IntArrayRef) {
    return fixture.at("draw_" + std::to_string((*next)++));
  };
}

}  // namespace vit::test
