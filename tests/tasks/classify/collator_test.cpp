#include "vit/tasks/classify/collator.h"

#include <torch/types.h>

#include "tests/catch.h"

namespace {

vit::Batch four_images() {
  return vit::labelled_batch(torch::arange(4 * 3 * 4 * 4).to(torch::kFloat32).view({4, 3, 4, 4}),
                             torch::tensor({0, 1, 2, 1}));
}

torch::Tensor targets(const vit::MixupOptions& mixup, std::int64_t classes, std::int64_t epoch) {
  vit::Batch batch = four_images();
  vit::MixingCollator(mixup, classes, 0, 7).finish(batch, epoch, 0);
  return batch.annotations_as<vit::ClassLabels>().targets;
}

}  // namespace

TEST_CASE("Batches are mixed only where classes are known and an alpha is set") {
  vit::MixupOptions mixup;
  CHECK_FALSE(targets(mixup, 3, 0).defined());
  mixup.mixup = 0.8;
  CHECK_FALSE(targets(mixup, 0, 0).defined());
  REQUIRE(targets(mixup, 3, 0).defined());
  CHECK(targets(mixup, 3, 0).sizes() == torch::IntArrayRef({4, 3}));
  mixup.mixup_off_epoch = 2;
  CHECK(targets(mixup, 3, 1).max().item<float>() < 1);
  CHECK(targets(mixup, 3, 2).max().item<float>() == 1);
}

TEST_CASE("What was mixed is told of each sample: classes with their shares") {
  vit::Batch batch = four_images();
  const vit::MixingCollator collator({.cutmix = 1.0}, 3, 0.1, 7);
  CHECK(collator.caption(*batch.annotations, 0, {"cat", "dog", "cow"}).empty());
  collator.finish(batch, 0, 0);
  const std::string caption = collator.caption(*batch.annotations, 1, {"cat", "dog", "cow"});
  CHECK_THAT(caption, Catch::Contains("dog 0."));
  CHECK_THAT(caption, Catch::Contains("cow 0."));
}
