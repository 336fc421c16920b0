#include "vit/tasks/detect/duplicates.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/types.h>

#include "tests/catch.h"

namespace {

/// Boxes that overlap each other in all degrees, of two classes, by descending score.
torch::Tensor crowded(std::int64_t images, std::int64_t count) {
  const torch::Tensor corner = torch::rand({images, count, 2}) * 20,
                      size = torch::rand({images, count, 2}) * 20;
  const torch::Tensor score = std::get<0>(torch::rand({images, count, 1}).sort(1, true)),
                      label = torch::randint(0, 2, {images, count, 1}).to(torch::kFloat32);
  return torch::cat({corner, corner + size, score, label}, 2);
}

}  // namespace

TEST_CASE("Of boxes of one class that overlap, the surest stays; of two classes, both") {
  const torch::Tensor rows = torch::tensor({{{0.F, 0.F, 10.F, 10.F, 0.9F, 0.F},
                                             {0.F, 0.F, 10.F, 9.F, 0.8F, 0.F},
                                             {0.F, 0.F, 10.F, 9.F, 0.7F, 1.F},
                                             {0.F, 0.F, 10.F, 5.F, 0.6F, 0.F},
                                             {0.F, 0.F, 0.F, 0.F, 0.F, 0.F}}});
  const torch::Tensor found = vit::without_duplicates(rows, 0.5, 10);
  REQUIRE(found.sizes() == torch::IntArrayRef({1, 5, 6}));
  CHECK(torch::equal(found[0][0], rows[0][0]));
  CHECK(torch::equal(found[0][1], rows[0][2]));
  CHECK(torch::equal(found[0][2], rows[0][3]));  // an overlap of 0.5 is none above it
  CHECK(found[0].slice(0, 3).abs().max().item<float>() == 0);
  CHECK(vit::without_duplicates(rows, 0.6, 2).size(1) == 2);
  CHECK(torch::equal(vit::without_duplicates(rows, std::nullopt, 3), rows.slice(1, 0, 3)));
}

TEST_CASE("TorchScript leaves out the same duplicates") {
  torch::manual_seed(4);
  for (const double nms : {0.3, 0.6}) {
    torch::jit::Module module("m");
    module.define(vit::duplicates_script(nms, 25));
    for (int i = 0; i < 5; ++i) {
      const torch::Tensor rows = crowded(3, 60);
      const torch::Tensor scripted = module.run_method("finish", rows).toTensor();
      CHECK(torch::equal(scripted, vit::without_duplicates(rows, nms, 25)));
    }
  }
}
