#include "vit/tasks/segment/seg_loss.h"

#include <torch/types.h>

#include <cmath>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/module.h"

namespace {

/// [2, 3, 4, 5], a leaf that records gradients.
torch::Tensor leaf_logits() {
  torch::Tensor logits = vit::test::random_tensor({2, 3, 4, 5});
  return logits.requires_grad_();
}

/// [2, 4, 5], with ignored pixels.
torch::Tensor some_masks() {
  torch::Tensor masks = torch::arange(40).remainder(3).view({2, 4, 5}).clone();
  masks[0][0].fill_(255);
  masks[1][2][3] = 255;
  return masks;
}

torch::Tensor gradient_of(const torch::Tensor& loss, const torch::Tensor& logits) {
  logits.mutable_grad().reset();
  loss.backward();
  return logits.grad();
}

vit::ErrorKind kind_of(const std::function<void()>& action) {
  return vit::test::error_of(action)->kind();
}

}  // namespace

TEST_CASE("Cross entropy of pixels is the weighted mean over those that count") {
  const torch::Tensor logits = leaf_logits(), masks = some_masks();
  const std::vector<double> weights = {1, 0.5, 3};
  double sum = 0, weighted = 0, count = 0, total = 0;
  const torch::Tensor log_p = logits.log_softmax(1);
  for (int b = 0; b < 2; ++b)
    for (int y = 0; y < 4; ++y)
      for (int x = 0; x < 5; ++x) {
        const auto label = masks[b][y][x].item<std::int64_t>();
        if (label == 255) continue;
        const double loss = -log_p[b][label][y][x].item<double>();
        const double weight = weights[static_cast<std::size_t>(label)];
        sum += loss, count += 1, weighted += weight * loss, total += weight;
      }
  CHECK(vit::pixel_cross_entropy(logits, masks).item<double>() ==
        Approx(sum / count).epsilon(1e-6));
  CHECK(vit::pixel_cross_entropy(logits, masks, torch::tensor(weights)).item<double>() ==
        Approx(weighted / total).epsilon(1e-6));
  CHECK(torch::equal(vit::pixel_cross_entropy(logits, masks.to(torch::kUInt8)),
                     vit::pixel_cross_entropy(logits, masks)));
}

TEST_CASE("The dice loss is the mean over the present classes of one minus the soft dice") {
  const torch::Tensor logits = leaf_logits();
  torch::Tensor masks = some_masks();
  masks.masked_fill_(masks.eq(2), 255);  // class 2 is not there
  const torch::Tensor p = logits.softmax(1), counted = masks.ne(255);
  double expected = 0;
  for (int c = 0; c < 2; ++c) {
    const torch::Tensor truth = masks.eq(c).to(torch::kFloat32), own = p.select(1, c) * counted;
    expected += 0.5 * (1 - (2 * (own * truth).sum() + 1).item<double>() /
                               (own.sum() + truth.sum() + 1).item<double>());
  }
  CHECK(vit::dice_loss(logits, masks).item<double>() == Approx(expected).epsilon(1e-6));
}

TEST_CASE("The dice loss falls from near one for all wrong to near zero for all right") {
  const torch::Tensor masks = torch::arange(100).remainder(2).view({1, 10, 10});
  const torch::Tensor right =
      torch::stack({masks.eq(0), masks.eq(1)}, 1).to(torch::kFloat32) * 40 - 20;
  CHECK(vit::dice_loss(right, masks).item<double>() < 1e-6);
  CHECK(vit::dice_loss(-right, masks, /*smooth=*/0).item<double>() > 1 - 1e-6);
}

TEST_CASE("An ignored pixel changes neither the loss nor the gradients of others") {
  const torch::Tensor logits = leaf_logits(), masks = some_masks();
  for (const auto& loss :
       {vit::pixel_cross_entropy(logits, masks), vit::dice_loss(logits, masks)}) {
    const torch::Tensor gradient = gradient_of(loss, logits);
    CHECK(gradient.masked_select(masks.eq(255).unsqueeze(1)).eq(0).all().item<bool>());
    CHECK(gradient.abs().sum().item<double>() > 0);
  }
  torch::Tensor changed = logits.detach().clone();
  changed[1].select(1, 2).select(1, 3).fill_(30);
  CHECK(torch::equal(vit::pixel_cross_entropy(changed, masks),
                     vit::pixel_cross_entropy(logits, masks)));
  CHECK(torch::equal(vit::dice_loss(changed, masks), vit::dice_loss(logits, masks)));
}

TEST_CASE("Masks without any pixel that counts give exactly 0, and gradients of 0") {
  const torch::Tensor logits = leaf_logits(), masks = torch::full({2, 4, 5}, 255);
  const torch::Tensor weights = torch::tensor({1.0, 2.0, 0.0});
  for (const auto& loss :
       {vit::pixel_cross_entropy(logits, masks), vit::pixel_cross_entropy(logits, masks, weights),
        vit::dice_loss(logits, masks), vit::dice_loss(logits, masks, /*smooth=*/0),
        vit::pixel_cross_entropy(logits, torch::full({2, 4, 5}, 2), weights)}) {
    CHECK(loss.item<double>() == 0);
    CHECK(gradient_of(loss, logits).eq(0).all().item<bool>());
  }
}

TEST_CASE("Absent classes give no NaN where nothing is added to the dice fraction") {
  const torch::Tensor logits = leaf_logits(), masks = torch::zeros({2, 4, 5}, torch::kInt64);
  const torch::Tensor loss = vit::dice_loss(logits, masks, /*smooth=*/0);
  CHECK(gradient_of(loss, logits).isfinite().all().item<bool>());
}

TEST_CASE("Logits of lower precision are taken to float32") {
  const torch::Tensor logits = leaf_logits().detach().to(torch::kBFloat16), masks = some_masks();
  for (const auto& loss : {vit::pixel_cross_entropy(logits, masks), vit::dice_loss(logits, masks)})
    CHECK(loss.scalar_type() == torch::kFloat32);
}

TEST_CASE("The parts of the loss have names and weights, and the loss is their sum") {
  const torch::Tensor logits = leaf_logits(), masks = some_masks();
  const auto parts = vit::seg_loss(logits, masks, {.ce = 0.5, .dice = 3});
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].first == "ce");
  CHECK(torch::allclose(parts[0].second, 0.5 * vit::pixel_cross_entropy(logits, masks)));
  CHECK(parts[1].first == "dice");
  CHECK(torch::allclose(parts[1].second, 3 * vit::dice_loss(logits, masks)));
  CHECK(vit::seg_loss(logits, masks).size() == 1);
  CHECK(torch::allclose(vit::seg_loss(logits, masks, {.class_weights = {1, 0.5, 3}})[0].second,
                        vit::pixel_cross_entropy(logits, masks, torch::tensor({1.0, 0.5, 3.0}))));
  CHECK(kind_of([&] {
          (void)vit::seg_loss(logits, masks, {.class_weights = {1, 2}});
        }) == vit::ErrorKind::usage);
  CHECK(kind_of([&] { (void)vit::seg_loss(logits, masks, {.ce = 0}); }) == vit::ErrorKind::usage);
}

TEST_CASE("A label that is no class is an error of the data, and it is named") {
  const torch::Tensor logits = leaf_logits();
  torch::Tensor masks = some_masks();
  masks[1][1][1] = 17;
  const auto error = vit::test::error_of([&] { (void)vit::dice_loss(logits, masks); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK_THAT(error->what(), Catch::Contains("label 17") && Catch::Contains("3 classes"));
  masks[1][1][1] = -1;
  CHECK(kind_of([&] { (void)vit::pixel_cross_entropy(logits, masks); }) == vit::ErrorKind::data);
  CHECK(kind_of([&] { (void)vit::pixel_cross_entropy(logits, masks[0]); }) ==
        vit::ErrorKind::usage);
}
