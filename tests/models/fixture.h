#pragma once

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/shared.h"
#include "vit/models/image_model.h"
#include "vit/nn/init.h"
#include "vit/nn/random.h"
#include "vit/weights/load.h"
#include "vit/weights/tensors.h"

namespace vit::test {

/// The model with the fixture's weights gives the reference's outputs (`features`, `logits`, those
/// that the fixture has), within `tolerance` of the largest. Nothing is checked where there is no
/// folder.
inline void check_parity(ImageModel& model, const std::optional<std::filesystem::path>& folder,
                         double tolerance) {
  if (!folder) return;
  INFO(folder->string());
  const LoadReport report = load_weights(model, *folder / "weights.safetensors");
  CHECK(report.missing.empty());
  CHECK(report.unexpected.empty());
  model.module().eval();
  const SafetensorsFile io = SafetensorsFile::open(*folder / "io.safetensors");
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = read_tensor(io, io.at("x"));
  for (const std::string output : {"features", "logits"}) {
    const TensorInfo* info = io.find(output);
    if (info == nullptr) continue;
    const torch::Tensor expected = read_tensor(io, *info);
    const torch::Tensor found = output == "logits" ? model.forward(x) : model.forward_features(x);
    REQUIRE(found.sizes() == expected.sizes());
    const double scale = std::max(1.0, expected.abs().max().item<double>());
    const double difference = (found - expected).abs().max().item<double>();
    INFO(output << " differs by " << difference << ", largest value " << scale);
    CHECK(difference <= tolerance * scale);
  }
}

/// A fixture that comes with the project.
inline std::filesystem::path own_fixture(const std::string& name) {
  return std::filesystem::path(VIT_SOURCE_DIR) / "tests/fixtures/models" / name;
}
/// A fixture that lies beside the project, where it is there.
inline std::optional<std::filesystem::path> shared_fixture(const std::string& name) {
  return shared("fixtures/models/" + name);
}

/// The same numbers on every machine.
inline torch::Tensor noise(std::vector<std::int64_t> shape) {
  torch::Tensor x = torch::empty(shape);
  init::normal(x, 1.0, Rng(9, Stream::bench));
  return x;
}

/// Every parameter of a model in training gets a gradient, and one that is not zero but for the
/// parameter `without_effect`.
inline void check_gradients(ImageModel& model, const torch::Tensor& x,
                            const std::string& without_effect = "") {
  model.module().train();
  const RandomScope scope(Rng(1, Stream::model));
  model.forward(x).square().sum().backward();
  for (const auto& item : model.module().named_parameters()) {
    INFO(item.key());
    REQUIRE(item.value().grad().defined());
    if (item.key() != without_effect) CHECK(item.value().grad().abs().sum().item<double>() > 0);
  }
}

/// A clone computes the same and shares no parameter or buffer.
inline void check_clone(ImageModel& model, const torch::Tensor& x) {
  model.module().eval();
  const torch::NoGradGuard no_grad;
  const auto copy = std::dynamic_pointer_cast<ImageModel>(model.module().clone());
  REQUIRE(copy);
  const torch::Tensor before = model.forward(x);
  CHECK(torch::equal(copy->forward(x), before));
  for (torch::Tensor& parameter : copy->module().parameters()) parameter.add_(1);
  for (torch::Tensor& buffer : copy->module().buffers()) buffer.add_(1);
  CHECK(torch::equal(model.forward(x), before));
  CHECK_FALSE(torch::equal(copy->forward(x), before));
}

/// The same seed gives the same weights, another seed other ones.
inline void check_seed(ImageModel& model) {
  const auto drawn = [&](std::uint64_t seed) {
    model.init_weights(seed);
    std::vector<torch::Tensor> all;
    for (const torch::Tensor& parameter : model.module().parameters())
      all.push_back(parameter.detach().flatten().clone());
    return torch::cat(all);
  };
  const torch::Tensor first = drawn(5);
  CHECK_FALSE(torch::equal(drawn(6), first));
  CHECK(torch::equal(drawn(5), first));
}

}  // namespace vit::test
