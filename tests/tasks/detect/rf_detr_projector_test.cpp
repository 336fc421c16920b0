#include "vit/tasks/detect/rf_detr_projector.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/core/error.h"

using vit::test::random_tensor;

TEST_CASE("The projector keeps the map's size, and uses every weight under its source's names") {
  vit::RfDetrProjector projector(
      vit::C2fOptions{.in_channels = 12, .out_channels = 8, .blocks = 2});
  vit::test::randomize(projector);
  const torch::Tensor out = projector(random_tensor({2, 12, 3, 5}));
  CHECK(out.sizes() == torch::IntArrayRef({2, 8, 3, 5}));
  CHECK(vit::test::without_gradient(projector, out).empty());
  const auto parameters = projector->named_parameters();
  CHECK(parameters["stages.0.0.cv1.conv.weight"].sizes() == torch::IntArrayRef({8, 12, 1, 1}));
  CHECK(parameters["stages.0.0.m.1.cv2.conv.weight"].sizes() == torch::IntArrayRef({4, 4, 3, 3}));
  CHECK(parameters["stages.0.0.cv2.conv.weight"].sizes() == torch::IntArrayRef({8, 16, 1, 1}));
  CHECK(parameters.contains("stages.0.1.weight"));
  vit::RfDetrProjector copy = vit::test::clone_of(projector);
  const torch::Tensor x = random_tensor({1, 12, 2, 2});
  CHECK(torch::equal(copy(x), projector(x)));
}

TEST_CASE("Half of C2f's channels pass the bottlenecks by") {
  vit::C2f c2f(vit::C2fOptions{.in_channels = 2, .out_channels = 4, .blocks = 1});
  const torch::Tensor x = random_tensor({1, 2, 4, 4});
  const auto parts = c2f->cv1(x).chunk(2, 1);
  const torch::Tensor expected = c2f->cv2(
      torch::cat({parts[0], parts[1], c2f->m->at<vit::BottleneckImpl>(0).forward(parts[1])}, 1));
  CHECK(torch::equal(c2f(x), expected));
}

TEST_CASE("Features of other channels are refused") {
  vit::RfDetrProjector projector(vit::C2fOptions{.in_channels = 12, .out_channels = 8});
  CHECK_THROWS_WITH(projector(torch::zeros({1, 11, 3, 5})), Catch::Contains("[B, 12, h, w]"));
}
