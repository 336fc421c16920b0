#include "vit/tasks/kept_features.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "vit/augment/op.h"

namespace {

vit::Batch batch_of(const torch::Tensor& images, const std::vector<std::int64_t>& indices,
                    std::vector<vit::Placement> placements) {
  return {.images = images,
          .indices = torch::tensor(indices),
          .annotations = nullptr,
          .placements = std::move(placements)};
}

}  // namespace

TEST_CASE("Features are computed once for each sample and way in which its image lies") {
  vit::KeptFeatures kept;
  int computed = 0;
  const auto compute = [&](const torch::Tensor& images) {
    ++computed;
    REQUIRE(images.size(0) == 1);
    return vit::KeptFeatures::Maps{images * 2};
  };
  vit::Placement straight, mirrored;
  mirrored.hflip(4);
  const torch::Tensor images = torch::rand({3, 1, 4, 4});
  const auto maps = kept.of(batch_of(images, {7, 7, 9}, {straight, mirrored, straight}), compute);
  CHECK(computed == 3);
  CHECK(torch::equal(maps[0], images * 2));
  // Asked again, in another order, nothing is computed.
  const auto again =
      kept.of(batch_of(images.flip(0), {9, 7, 7}, {straight, mirrored, straight}), compute);
  CHECK(computed == 3);
  CHECK(torch::equal(again[0], maps[0].flip(0)));
}
