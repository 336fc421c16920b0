#include "vit/tasks/detect/rf_detr_transformer.h"

#include <torch/types.h>
#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "tests/tasks/detect/windowed_vit.h"

using vit::test::random_tensor;

TEST_CASE("The surest cells of each group are proposed, by the group's own heads") {
  vit::RfDetrTransformer transformer(vit::test::small_rf_detr(), 3);
  vit::test::randomize(transformer);
  const torch::NoGradGuard no_grad;
  const vit::DecoderMemory memory{random_tensor({2, 12, 16}), {3, 4}};
  const vit::RfDetrStage all = transformer->propose(memory, 3, 12);
  const vit::RfDetrStage best = transformer->propose(memory, 3, 5);
  CHECK(best.logits.sizes() == torch::IntArrayRef({2, 15, 3}));
  CHECK(best.boxes.sizes() == torch::IntArrayRef({2, 15, 4}));
  for (std::int64_t group = 0; group < 3; ++group) {
    const torch::Tensor scores = all.logits.narrow(1, 12 * group, 12).amax(-1);
    CHECK((scores.narrow(1, 0, 11) >= scores.narrow(1, 1, 11)).all().item<bool>());
    CHECK(torch::allclose(best.logits.narrow(1, 5 * group, 5), all.logits.narrow(1, 12 * group, 5),
                          1e-5, 1e-6));
    CHECK(torch::allclose(best.boxes.narrow(1, 5 * group, 5), all.boxes.narrow(1, 12 * group, 5),
                          1e-5, 1e-6));
  }
  const vit::RfDetrStage alone = transformer->propose(memory, 1, 5);
  CHECK(torch::allclose(alone.logits, best.logits.narrow(1, 0, 5)));
  CHECK(!torch::allclose(best.logits.narrow(1, 0, 5), best.logits.narrow(1, 5, 5)));
}

TEST_CASE("Cells at the border of a large grid are not proposed") {
  vit::RfDetrTransformer transformer(vit::test::small_rf_detr(), 3);
  vit::test::randomize(transformer);
  const torch::NoGradGuard no_grad;
  const vit::DecoderMemory memory{random_tensor({1, 60, 16}), {1, 60}};
  const torch::Tensor centres = transformer->propose(memory, 1, 58).boxes;
  CHECK(centres.isfinite().all().item<bool>());
  CHECK((centres.narrow(2, 2, 2) > 0).all().item<bool>());  // the border's boxes have no sides
}
