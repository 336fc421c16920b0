#include "vit/tasks/detect/resnet_fpn.h"

#include <torch/types.h>

#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/support/model_fixture.h"
#include "vit/core/error.h"
#include "vit/models/resnet.h"
#include "vit/tasks/detect/fcos_weights.h"
#include "vit/weights/load.h"
#include "vit/weights/state_dict.h"

using vit::FeaturePyramidNetwork;

namespace {

/// scale * sine of (0.7 i + phase): numbers that another program makes again.
torch::Tensor sines(const std::vector<std::int64_t>& shape, double scale, double step,
                    double phase) {
  torch::Tensor x = torch::empty(shape);
  auto* values = x.data_ptr<float>();
  for (std::int64_t i = 0; i < x.numel(); ++i)
    values[i] = static_cast<float>(scale * std::sin(step * static_cast<double>(i) + phase));
  return x;
}

FeaturePyramidNetwork small_pyramid() {
  FeaturePyramidNetwork pyramid({.in_channels = {2, 3, 4}, .stride = 8, .out_channels = 4});
  std::map<std::string, torch::Tensor> sorted;
  for (const auto& item : pyramid.named_parameters()) sorted.emplace(item.key(), item.value());
  const torch::NoGradGuard no_grad;
  double phase = 0;
  for (auto& [name, parameter] : sorted)
    parameter.copy_(sines(parameter.sizes().vec(), 0.2, 0.7, phase++));
  return pyramid;
}

/// Sizes that are not halves of each other.
std::vector<torch::Tensor> small_maps() {
  std::vector<torch::Tensor> maps;
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{1, 2, 5, 7}, {1, 3, 3, 4}, {1, 4, 2, 2}})
    maps.push_back(sines(shape, 1, 0.3, M_PI / 2 + static_cast<double>(maps.size())));
  return maps;
}

}  // namespace

TEST_CASE("A feature pyramid network computes as torchvision's, also where maps are not halves") {
  FeaturePyramidNetwork pyramid = small_pyramid();
  const torch::NoGradGuard no_grad;
  const std::vector<torch::Tensor> levels = pyramid.forward(small_maps());
  // Sum, sum of the absolute values, first and last number of torchvision 0.29.1.
  const std::array<std::array<double, 4>, 5> expected = {{
      {-18.2509747, 18.4490681, -0.0679388, -0.1409695},
      {2.5248408, 9.8778286, -0.3714029, 0.4151241},
      {0.5951749, 1.7135172, 0.2133889, -0.1500315},
      {0.1751998, 0.3221843, -0.0734922, 0.0848128},
      {-0.0147665, 0.4695297, 0.1603513, -0.1757401},
  }};
  REQUIRE(levels.size() == expected.size());
  for (std::size_t i = 0; i < levels.size(); ++i) {
    INFO("level " << i);
    const torch::Tensor flat = levels[i].flatten();
    const auto near = [](double value) { return Approx(value).margin(5e-6); };
    CHECK(flat.sum().item<double>() == near(expected[i][0]));
    CHECK(flat.abs().sum().item<double>() == near(expected[i][1]));
    CHECK(flat[0].item<double>() == near(expected[i][2]));
    CHECK(flat[-1].item<double>() == near(expected[i][3]));
  }
  CHECK(levels[0].sizes() == at::IntArrayRef({1, 4, 5, 7}));
  CHECK(levels[4].sizes() == at::IntArrayRef({1, 4, 1, 1}));
  CHECK(pyramid.strides() == std::vector<std::int64_t>{8, 16, 32, 64, 128});
}

TEST_CASE("A ResNet and its feature pyramid give torchvision's maps from torchvision's weights") {
  const vit::test::ModelFixture fixture("tv_fcos_resnet");
  if (!fixture) return;
  const auto kwargs =
      nlohmann::json::parse(std::ifstream(fixture.weights().parent_path() / "meta.json"))
          .at("kwargs");
  const auto div = kwargs.at("resnet").at("div").get<std::int64_t>();
  vit::ResNet resnet(vit::ResNetOptions{
      .num_classes = 0,
      .stem_channels = 64,
      .block = "basic",
      .layers = kwargs.at("resnet").at("layers").get<std::vector<std::int64_t>>(),
      .channels = {64 / div, 128 / div, 256 / div, 512 / div}});
  vit::TensorMap backbone, fpn;
  for (const auto& [name, tensor] :
       vit::fcos_of_torchvision(vit::read_state_dict(fixture.weights()).tensors)) {
    if (name.starts_with("backbone.")) backbone.emplace(name.substr(9), tensor);
    if (name.starts_with("fpn.")) fpn.emplace(name.substr(4), tensor);
  }
  const vit::LoadReport report = load_weights(
      *resnet, vit::WeightsFile{
                   fixture.weights(), "", "", {}, vit::to_timm(std::move(backbone), "fixture")});
  CHECK(report.unexpected.empty());
  FeaturePyramidNetwork pyramid({.in_channels = {128 / div, 256 / div, 512 / div},
                                 .out_channels = kwargs.at("out_channels").get<std::int64_t>()});
  const torch::NoGradGuard no_grad;
  for (auto& item : pyramid.named_parameters()) {
    INFO(item.key());
    REQUIRE(fpn.contains(item.key()));
    item.value().copy_(fpn.at(item.key()));
  }
  CHECK(pyramid.parameters().size() == fpn.size());
  resnet->eval();
  std::vector<torch::Tensor> maps;
  for (const vit::Features& stage : resnet->features(fixture.at("x"), {.layers = {1, 2, 3}}))
    maps.push_back(stage.map());
  const std::vector<torch::Tensor> levels = pyramid.forward(maps);
  REQUIRE(levels.size() == 5);
  for (std::size_t i = 0; i < levels.size(); ++i)
    fixture.check("map_p" + std::to_string(i + 3), levels[i].slice(0, 0, 1));
}

TEST_CASE("Every weight of a feature pyramid learns; without P6 and P7 there are as many maps") {
  FeaturePyramidNetwork pyramid = small_pyramid();
  torch::Tensor loss = torch::zeros({});
  for (const torch::Tensor& level : pyramid.forward(small_maps()))
    loss = loss + level.square().sum();
  loss.backward();
  for (const auto& item : pyramid.named_parameters()) {
    INFO(item.key());
    CHECK(item.value().grad().abs().sum().item<double>() > 0);
  }
  FeaturePyramidNetwork three({.in_channels = {2, 3, 4}, .out_channels = 4, .p6p7 = false});
  CHECK(three.forward(small_maps()).size() == 3);
  CHECK(three.strides() == std::vector<std::int64_t>{8, 16, 32});
}

TEST_CASE("A feature pyramid starts as torchvision's: uniform, biases at zero, by its seed") {
  FeaturePyramidNetwork pyramid({.in_channels = {16, 32}, .out_channels = 64});
  pyramid.init_weights(1);
  for (const auto& item : pyramid.named_parameters()) {
    INFO(item.key());
    const torch::Tensor& weight = item.value();
    const double largest = weight.abs().max().item<double>();
    if (weight.dim() == 1) {
      CHECK(largest == 0);
      continue;
    }
    const double bound =
        std::sqrt(3.0 / static_cast<double>(weight.size(1) * weight.size(2) * weight.size(3)));
    CHECK(largest <= bound);
    CHECK(largest > 0.95 * bound);
    CHECK(weight.std().item<double>() == Approx(bound / std::sqrt(3.0)).epsilon(0.05));
  }
  const torch::Tensor first = pyramid.parameters()[0].detach().clone();
  pyramid.init_weights(2);
  CHECK_FALSE(torch::equal(first, pyramid.parameters()[0]));
  pyramid.init_weights(1);
  CHECK(torch::equal(first, pyramid.parameters()[0]));
}

TEST_CASE("Maps that a feature pyramid was not made for are refused") {
  FeaturePyramidNetwork pyramid = small_pyramid();
  std::vector<torch::Tensor> maps = small_maps();
  maps[1] = torch::zeros({1, 5, 3, 4});
  CHECK_THROWS_WITH(pyramid.forward(maps), Catch::Contains("expected map 1 [B, 3, h, w]"));
  maps.pop_back();
  CHECK_THROWS_WITH(pyramid.forward(maps), Catch::Contains("expected 3 maps, got 2"));
  CHECK_THROWS_AS(FeaturePyramidNetwork({.in_channels = {}}), vit::Error);
}
