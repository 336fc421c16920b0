#pragma once

#include <torch/nn/module.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "vit/models/image_model.h"
#include "vit/weights/load_report.h"

namespace vit {

/// A network of a backbone (`backbone`, under timm's names) and of parts that learn beside it in
/// pretraining and are left behind after it.
class BackboneNetwork : public torch::nn::Module, public Network {
 public:
  /// `parts`: names of the modules beside the backbone.
  BackboneNetwork(std::shared_ptr<ImageModel> backbone, std::vector<std::string> parts);

  torch::nn::Module& module() override { return *this; }
  void init_weights(std::uint64_t seed) override;
  /// Draws the weights of the parts alone.
  virtual void init_parts(std::uint64_t seed) = 0;
  [[nodiscard]] std::vector<std::string> no_weight_decay() const override;
  [[nodiscard]] std::vector<LayerRule> layer_rules() const override;
  [[nodiscard]] std::vector<std::string> heads() const override { return parts_; }

  [[nodiscard]] ImageModel& backbone() { return *backbone_; }
  [[nodiscard]] const ImageModel& backbone() const { return *backbone_; }

 private:
  std::shared_ptr<ImageModel> backbone_;
  std::vector<std::string> parts_;
};

/// Channels of what a model without a classifier computes of an image.
[[nodiscard]] std::int64_t pooled_width(ImageModel& model);

/// Loads all of a network from one of its checkpoints, by name; averages in their place, where it
/// has some. Throws Error (weights) with all that is missing or of another shape.
LoadReport load_all(torch::nn::Module& module, const std::filesystem::path& checkpoint);

}  // namespace vit
