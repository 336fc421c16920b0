#pragma once

#include <torch/types.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/support/shared.h"
#include "vit/tasks/detect/yolos.h"
#include "vit/weights/tensors.h"

namespace vit::test {

/// A small ViT of 2 x 3 patches that takes images of any size, two blocks.
inline std::shared_ptr<VisionTransformerImpl> yolos_backbone(std::uint64_t seed = 1) {
  ViTOptions options;
  options.img_size = {16, 24};
  options.patch_size = {8, 8};
  options.embed_dim = 24;
  options.depth = 3;
  options.num_heads = 2;
  options.num_classes = 0;
  options.dynamic_img_size = true;
  auto model = std::make_shared<VisionTransformerImpl>(options);
  model->init_weights(seed);
  return model;
}

inline std::shared_ptr<Yolos> small_yolos(std::uint64_t seed = 1, std::int64_t classes = 3,
                                          bool mid = true) {
  YolosOptions options;
  options.num_detection_tokens = 5;
  options.use_mid_position_embeddings = mid;
  auto network = std::make_shared<Yolos>(yolos_backbone(seed), options, classes);
  network->init_weights(seed);
  network->eval();
  return network;
}

/// What transformers computes with a small random YOLOS.
class YolosFixture {
 public:
  /// Skips where there is none.
  explicit YolosFixture(const std::string& name) : folder_(shared("fixtures/models/" + name)) {}
  explicit operator bool() const { return folder_.has_value(); }

  [[nodiscard]] std::filesystem::path weights() const { return *folder_ / "weights.safetensors"; }
  [[nodiscard]] torch::Tensor at(const std::string& name) const {
    const SafetensorsFile io = SafetensorsFile::open(*folder_ / "io.safetensors");
    return read_tensor(io, io.at(name));
  }
  /// `found` is the fixture's tensor, within 1e-4 of the largest value (which counts at least 1,
  /// but for gradients).
  void check(const std::string& name, const torch::Tensor& found, double tolerance = 1e-5) const {
    const torch::Tensor want = at(name).to(torch::kFloat64).reshape(found.sizes());
    const double largest = want.abs().max().item<double>();
    const double difference =
        (found.detach().to(torch::kFloat64) - want).abs().max().item<double>();
    INFO(name << " differs by " << difference << ", largest value " << largest);
    CHECK(difference <= tolerance * (name.starts_with("grad") ? largest : std::max(1.0, largest)));
  }
  /// The objects of its two images, in pixels.
  [[nodiscard]] std::vector<ObjectTargets> targets() const {
    const torch::Tensor x = at("pixel_values");
    std::vector<ObjectTargets> images;
    for (const std::string image : {"0", "1"}) {
      const torch::Tensor boxes = at("labels_boxes_" + image);
      const torch::Tensor half = boxes.slice(1, 2) / 2;
      const torch::Tensor corners =
          torch::cat({boxes.slice(1, 0, 2) - half, boxes.slice(1, 0, 2) + half}, 1);
      const auto height = static_cast<float>(x.size(2)), width = static_cast<float>(x.size(3));
      images.push_back(
          {corners * torch::tensor({width, height, width, height}), at("labels_class_" + image)});
    }
    return images;
  }

 private:
  std::optional<std::filesystem::path> folder_;
};

}  // namespace vit::test
