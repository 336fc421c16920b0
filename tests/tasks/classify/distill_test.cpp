#include "vit/tasks/classify/distill.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/small_vit.h"
#include "vit/loss/cross_entropy.h"
#include "vit/loss/distillation.h"
#include "vit/tasks/classify/task.h"

namespace {

std::shared_ptr<vit::VisionTransformerImpl> vit_of(std::uint64_t seed, bool distilled = false) {
  vit::ViTOptions options = vit::test::small_vit(3);
  options.dist_token = distilled;
  auto model = std::make_shared<vit::VisionTransformerImpl>(options);
  model->init_weights(seed);
  model->eval();
  return model;
}

vit::Batch batch() {
  return vit::labelled_batch(torch::linspace(-1, 1, 2 * 3 * 16 * 16).reshape({2, 3, 16, 16}),
                             torch::tensor({0, 2}));
}

}  // namespace

TEST_CASE("One head learns labels and teacher together, by the teacher's share") {
  const auto student = vit_of(1), of_teacher = vit_of(2);
  const vit::InputSpec pixels{.img_size = {16, 16}};
  const auto teacher = std::make_shared<vit::Teacher>(of_teacher, pixels, *student, pixels);
  vit::ClassifyOptions options;
  options.smoothing = 0;
  options.distillation = {.type = "soft", .alpha = 0.25, .tau = 2};
  vit::ClassifyTask task(student, vit::ClassifyConfig(options), {}, {}, {}, 0, teacher);
  const torch::Tensor logits = student->forward(batch().images),
                      taught = of_teacher->forward(batch().images);
  CHECK(task.step(batch()).loss.item<double>() ==
        Approx(0.75 * vit::cross_entropy(logits, vit::labels_of(batch())).item<double>() +
               0.25 * vit::soft_distillation(logits, taught, 2).item<double>()));
  for (const torch::Tensor& parameter : of_teacher->parameters())
    CHECK_FALSE(parameter.requires_grad());
}

TEST_CASE("With a distillation token the second head learns the teacher's decisions (DeiT)") {
  const auto student = vit_of(1, true), of_teacher = vit_of(2);
  const vit::InputSpec pixels{.img_size = {16, 16}};
  vit::ClassifyOptions options;
  options.smoothing = 0;
  options.distillation = {.type = "hard", .alpha = 0.5};
  vit::ClassifyTask task(student, vit::ClassifyConfig(options), {}, {}, {}, 0,
                         std::make_shared<vit::Teacher>(of_teacher, pixels, *student, pixels));
  const auto heads = student->head_logits(student->forward_features(batch().images));
  REQUIRE(heads.size() == 2);
  CHECK(task.step(batch()).loss.item<double>() ==
        Approx(0.5 * vit::cross_entropy(heads[0], vit::labels_of(batch())).item<double>() +
               0.5 * vit::hard_distillation(heads[1], of_teacher->forward(batch().images))
                         .item<double>()));
}

TEST_CASE("A teacher sees the pictures in its own normalisation") {
  const auto student = vit_of(1), of_teacher = vit_of(2);
  const vit::InputSpec half{.img_size = {16, 16}};
  vit::InputSpec other = half;
  other.mean = {0.4, 0.5, 0.6};
  other.std = {0.2, 0.3, 0.4};
  vit::Teacher teacher(of_teacher, other, *student, half);
  const torch::Tensor pixels = batch().images * 0.5 + 0.5;
  const torch::Tensor mean = torch::tensor({0.4f, 0.5f, 0.6f}).view({1, 3, 1, 1}),
                      std = torch::tensor({0.2f, 0.3f, 0.4f}).view({1, 3, 1, 1});
  CHECK(torch::allclose(teacher.logits(batch().images), of_teacher->forward((pixels - mean) / std),
                        1e-4, 1e-5));
}

TEST_CASE("Known logits are looked up by the sample; mixed pictures have none") {
  const auto student = vit_of(1), of_teacher = vit_of(2);
  vit::Teacher teacher(of_teacher, {}, *student, {});
  const torch::Tensor known = torch::tensor({{1.0f, 2.0f, 3.0f}, {4.0f, 5.0f, 6.0f}});
  teacher.remember(known);
  vit::Batch one = batch();
  one.indices = torch::tensor({1, 0});
  CHECK(torch::equal(teacher.logits(one), known.flip(0)));
  const auto mixed = std::make_shared<vit::ClassLabels>(vit::labels_of(one));
  mixed->targets = torch::zeros({2, 3});
  one.annotations = mixed;
  CHECK_THROWS_WITH(teacher.logits(one), Catch::Contains("these are mixed"));
}

TEST_CASE("A teacher of other classes is refused") {
  const auto student = vit_of(1);
  const auto wide = std::make_shared<vit::VisionTransformerImpl>(vit::test::small_vit(4));
  CHECK_THROWS_WITH(vit::Teacher(wide, {}, *student, {}), Catch::Contains("knows 4 classes"));
}
