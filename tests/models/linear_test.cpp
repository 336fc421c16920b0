#include "vit/models/linear.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/module.h"

namespace {

vit::LinearModel small_linear() {
  vit::LinearModelOptions options;
  options.img_size = {2, 3};
  options.in_chans = 4;
  options.num_classes = 5;
  return vit::LinearModel(options);
}

}  // namespace

TEST_CASE("The baseline is one linear map of the pixels") {
  vit::LinearModel model = small_linear();
  vit::test::randomize(model);
  const torch::Tensor x = vit::test::random_tensor({2, 4, 2, 3});
  CHECK(model->forward_features(x).sizes() == at::IntArrayRef({2, 1, 24}));
  const torch::Tensor logits = model->forward(x);
  CHECK(logits.sizes() == at::IntArrayRef({2, 5}));
  CHECK(torch::allclose(logits, x.flatten(1).matmul(model->head->weight.t()) + model->head->bias,
                        1e-5, 1e-5));
  CHECK(vit::test::without_gradient(model, logits).empty());
}

TEST_CASE("Its weights are a function of the seed, and it survives cloning") {
  vit::LinearModel one = small_linear(), two = small_linear(), other = small_linear();
  one->init_weights(1);
  two->init_weights(1);
  other->init_weights(2);
  CHECK(torch::equal(one->head->weight, two->head->weight));
  CHECK(torch::equal(one->head->bias, two->head->bias));
  const torch::Tensor x = vit::test::random_tensor({1, 4, 2, 3});
  CHECK(torch::equal(vit::test::clone_of(one)->forward(x), one->forward(x)));
  CHECK(one->forward(x).isfinite().all().item<bool>());
}
