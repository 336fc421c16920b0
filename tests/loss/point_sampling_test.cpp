#include "vit/loss/point_sampling.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "tests/support/shared.h"
#include "vit/nn/random.h"
#include "vit/weights/tensors.h"

namespace {

double largest_difference(const torch::Tensor& found, const torch::Tensor& expected) {
  REQUIRE(found.sizes() == expected.sizes());
  return (found.detach() - expected).abs().max().item<double>();
}

}  // namespace

TEST_CASE("Points are sampled as torch's grid_sample does it, with gradients") {
  const auto folder = vit::test::shared("fixtures/tasks/point_sample");
  if (!folder) return;
  const vit::SafetensorsFile io = vit::SafetensorsFile::open(*folder / "io.safetensors");
  const auto read = [&](const std::string& name) { return vit::read_tensor(io, io.at(name)); };
  const torch::Tensor features = read("features").requires_grad_();
  const torch::Tensor sampled = vit::sample_points(features, read("points"));
  CHECK(largest_difference(sampled, read("sampled")) < 1e-5);
  (sampled * read("upstream")).sum().backward();
  CHECK(largest_difference(features.grad(), read("grad_features")) < 1e-5);
  const torch::Tensor masks = read("mask")[0];  // [3, H, W]
  const torch::Tensor nearest = vit::sample_masks(masks, torch::arange(3), read("mask_points"));
  CHECK(torch::equal(nearest, read("sampled_nearest")[0]));
}

TEST_CASE("Each mask is read at points of its own, and one mask may be read twice") {
  torch::Tensor masks = torch::zeros({2, 2, 3}, torch::kUInt8);
  masks[0][0][0] = 1;
  masks[1][1][2] = 1;
  const torch::Tensor points = torch::tensor(
      {{{0.1F, 0.2F}, {0.9F, 0.9F}}, {{0.99F, 0.99F}, {1.F, 1.F}}, {{0.F, 0.F}, {1.F, 0.F}}});
  const torch::Tensor found = vit::sample_masks(masks, torch::tensor({0, 1, 0}), points);
  CHECK(torch::equal(found, torch::tensor({{1.F, 0.F}, {1.F, 1.F}, {1.F, 0.F}})));
}

TEST_CASE("Three quarters of the points lie where the mask is the least sure") {
  // Logits grow from left to right through 0 in the middle.
  const torch::Tensor logits = torch::linspace(-8, 8, 32).expand({2, 32, 32}).contiguous();
  const vit::RandomScope scope(vit::Rng(1, vit::Stream::model));
  const torch::Tensor points = vit::uncertain_points(logits, 100, vit::draw_in_step(torch::kCPU));
  REQUIRE(points.sizes() == torch::IntArrayRef({2, 100, 2}));
  CHECK((points >= 0).logical_and(points < 1).all().item<bool>());
  const torch::Tensor off = (points.select(2, 0) - 0.5).abs();
  CHECK(off.narrow(1, 0, 75).max().item<double>() < 0.2);
  CHECK(off.narrow(1, 75, 25).max().item<double>() > 0.3);
}

TEST_CASE("The points of a step are drawn from its own numbers") {
  const auto drawn = [](std::uint64_t step) {
    const vit::RandomScope scope(vit::Rng(1, vit::Stream::model, 0, step));
    return vit::draw_in_step(torch::kCPU)({4, 2});
  };
  CHECK(torch::equal(drawn(3), drawn(3)));
  CHECK_FALSE(torch::equal(drawn(3), drawn(4)));
}
