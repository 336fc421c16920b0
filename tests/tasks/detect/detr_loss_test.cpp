#include "vit/tasks/detect/detr_loss.h"

#include <torch/types.h>

#include <cmath>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "tests/tasks/detect/yolos_fixture.h"

namespace {

constexpr vit::Size2 kDetrSize{20, 40};

vit::DetrOutputs some_detr_outputs(std::int64_t images = 2) {
  return {vit::test::random_tensor({images, 6, 4}, 1),
          vit::test::random_tensor({images, 6, 4}, 2).sigmoid()};
}

/// No object, and three of them.
std::vector<vit::ObjectTargets> none_and_three() {
  return {
      {torch::empty({0, 4}), torch::empty({0}, torch::kInt64)},
      {torch::tensor(
           {{0.0f, 0.0f, 10.0f, 10.0f}, {5.0f, 5.0f, 35.0f, 15.0f}, {30.0f, 10.0f, 40.0f, 20.0f}}),
       torch::tensor({2, 0, 1})}};
}

double detr_part(const vit::DetectorLoss& loss, const std::string& name) {
  for (const auto& [each, value] : loss.parts)
    if (each == name) return value.item<double>();
  FAIL("no part " << name);
  return 0;
}

}  // namespace

TEST_CASE("The matching, the loss, its parts and gradients are those of transformers") {
  for (const char* name : {"hf_yolos", "hf_yolos_nomid"}) {
    const vit::test::YolosFixture fixture(name);
    if (!fixture) return;
    INFO(name);
    const torch::Tensor x = fixture.at("pixel_values");
    const vit::Size2 size{x.size(2), x.size(3)};
    const vit::DetrOutputs outputs{fixture.at("logits").requires_grad_(),
                                   fixture.at("pred_boxes").requires_grad_()};
    const vit::DetectorLoss loss = vit::detr_loss(outputs, fixture.targets(), size, {});
    fixture.check("loss", loss.total);
    for (const auto& [ours, theirs] : {std::pair("class", "ce"), {"l1", "bbox"}, {"giou", "giou"}})
      CHECK(
          detr_part(loss, ours) ==
          Approx(fixture.at(std::string("loss_dict.loss_") + theirs).item<double>()).epsilon(1e-5));
    CHECK(detr_part(loss, "cardinality_error") ==
          Approx(fixture.at("loss_dict.cardinality_error").item<double>()));
    loss.total.backward();
    fixture.check("grad_logits", outputs.logits.grad());
    fixture.check("grad_pred_boxes", outputs.boxes.grad());
    const auto matches = vit::detr_matches(outputs, fixture.targets(), size, {});
    for (std::size_t image = 0; image < 2; ++image) {
      const torch::Tensor queries = fixture.at("match_pred_" + std::to_string(image)),
                          objects = fixture.at("match_target_" + std::to_string(image));
      REQUIRE(static_cast<std::int64_t>(matches[image].size()) == queries.size(0));
      for (std::size_t i = 0; i < matches[image].size(); ++i) {
        const auto at = static_cast<std::int64_t>(i);
        CHECK(matches[image][i].query == queries[at].item<std::int64_t>());
        CHECK(matches[image][i].object == objects[at].item<std::int64_t>());
      }
    }
  }
}

TEST_CASE("The loss is made of its parts, each of which says what it should") {
  const vit::DetrOutputs outputs = some_detr_outputs();
  const auto targets = none_and_three();
  const vit::DetectorLoss loss = vit::detr_loss(outputs, targets, kDetrSize, {});
  CHECK(loss.parts.size() == vit::detr_loss_parts().size());
  CHECK(loss.total.item<double>() ==
        Approx(detr_part(loss, "class") + 5 * detr_part(loss, "l1") + 2 * detr_part(loss, "giou")));
  // Again, from the matching: of 12 queries 3 answer for an object.
  const auto matches = vit::detr_matches(outputs, targets, kDetrSize, {});
  CHECK(matches[0].empty());
  REQUIRE(matches[1].size() == 3);
  double l1 = 0, giou = 0, wrong = 0;
  torch::Tensor wanted = torch::full({2, 6}, 3, torch::kInt64);
  for (const vit::ObjectMatch& match : matches[1]) {
    REQUIRE(match.costs.size() == 3);
    CHECK(match.costs[0].first == "class");
    const std::int64_t label = targets[1].labels[match.object].item<std::int64_t>();
    CHECK(match.costs[0].second ==
          Approx(-outputs.logits[1][match.query].softmax(0)[label].item<double>()));
    l1 += match.costs[1].second / 5;
    giou += 1 + match.costs[2].second / 2;
    wanted[1][match.query] = label;
    wrong += outputs.logits[1][match.query].argmax().item<std::int64_t>() == label ? 0 : 1;
  }
  CHECK(detr_part(loss, "l1") == Approx(l1 / 3).epsilon(1e-5));
  CHECK(detr_part(loss, "giou") == Approx(giou / 3).epsilon(1e-5));
  CHECK(detr_part(loss, "class_error") == Approx(100 * wrong / 3));
  const torch::Tensor log_p = outputs.logits.log_softmax(-1).gather(2, wanted.unsqueeze(-1));
  const torch::Tensor weights = torch::where(wanted == 3, 0.1, 1.0);
  CHECK(
      detr_part(loss, "class") ==
      Approx(-((log_p.squeeze(-1) * weights).sum() / weights.sum()).item<double>()).epsilon(1e-5));
}

TEST_CASE("The order of objects and of queries changes nothing") {
  const vit::DetrOutputs outputs = some_detr_outputs();
  auto targets = none_and_three();
  const double loss = vit::detr_loss(outputs, targets, kDetrSize, {}).total.item<double>();
  const torch::Tensor order = torch::tensor({2, 0, 1});
  targets[1] = {targets[1].boxes.index_select(0, order), targets[1].labels.index_select(0, order)};
  CHECK(vit::detr_loss(outputs, targets, kDetrSize, {}).total.item<double>() == Approx(loss));
  const vit::DetrOutputs turned{outputs.logits.flip(1), outputs.boxes.flip(1)};
  CHECK(vit::detr_loss(turned, targets, kDetrSize, {}).total.item<double>() == Approx(loss));
}

TEST_CASE("Boxes without area, more objects than queries, and no object at all have a gradient") {
  vit::DetrOutputs outputs = some_detr_outputs();
  torch::Tensor boxes = outputs.boxes.clone();
  boxes.select(2, 2).zero_();  // no width
  outputs.boxes = boxes.requires_grad_();
  outputs.logits.requires_grad_();
  auto targets = none_and_three();
  targets[1] = {targets[1].boxes.repeat({3, 1}), targets[1].labels.repeat(3)};  // 9 for 6 queries
  for (const auto& objects : {targets, std::vector<vit::ObjectTargets>(2, targets[0])}) {
    const vit::DetectorLoss loss = vit::detr_loss(outputs, objects, kDetrSize, {});
    loss.total.backward();
    CHECK(loss.total.isfinite().item<bool>());
    CHECK(outputs.boxes.grad().isfinite().all().item<bool>());
    CHECK(outputs.logits.grad().isfinite().all().item<bool>());
    for (const auto& [name, value] : loss.parts) CHECK(value.isfinite().item<bool>());
  }
  CHECK(vit::detr_matches(outputs, targets, kDetrSize, {})[1].size() == 6);
}
