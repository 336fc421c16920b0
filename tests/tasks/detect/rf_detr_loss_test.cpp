#include "vit/tasks/detect/rf_detr_loss.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "tests/catch.h"
#include "tests/tasks/detect/rf_detr_fixture.h"

using vit::test::ModelFixture;

namespace {

constexpr double kClassWeight = 1, kL1Weight = 5, kGiouWeight = 2;

std::vector<vit::RfDetrObjects> objects_of(const ModelFixture& fixture, std::int64_t images) {
  std::vector<vit::RfDetrObjects> objects;
  for (std::int64_t i = 0; i < images; ++i)
    objects.push_back({fixture.at("labels_boxes_" + std::to_string(i)),
                       fixture.at("labels_class_" + std::to_string(i))});
  return objects;
}

/// Masks [B, Q, h, w] as factors, of which they are the product.
vit::QueryMasks as_factors(const torch::Tensor& masks) {
  return {masks, torch::eye(masks.size(1)).expand({masks.size(0), -1, -1})};
}

/// For what has no masks.
torch::Tensor draw_nothing(torch::IntArrayRef) { throw std::logic_error("nothing is to be drawn"); }

/// The stages of a fixture in training, by what it calls them, and leaves of the graph.
struct FixtureStages {
  torch::Tensor layer_logits, layer_boxes, enc_logits, enc_boxes;
  std::vector<std::pair<std::string, vit::RfDetrStage>> stages;
};

FixtureStages stages_of(const ModelFixture& fixture) {
  const auto leaf = [&](const char* name) { return fixture.at(name).requires_grad_(); };
  FixtureStages all{leaf("train_layer_logits"),
                    leaf("train_layer_boxes"),
                    leaf("train_enc_logits"),
                    leaf("train_enc_boxes"),
                    {}};
  const std::int64_t layers = all.layer_logits.size(0);
  for (std::int64_t i = 0; i < layers; ++i)
    all.stages.emplace_back(i + 1 == layers ? "last" : "layer_" + std::to_string(i),
                            vit::RfDetrStage{all.layer_logits[i], all.layer_boxes[i]});
  all.stages.emplace_back("enc", vit::RfDetrStage{all.enc_logits, all.enc_boxes});
  return all;
}

}  // namespace

TEST_CASE("Matching, each part of the loss and its gradients are transformers'") {
  for (const auto& [name, groups] : {std::pair("hf_rf_detr", 3), std::pair("hf_rf_detr_w3", 2)}) {
    INFO(name);
    const ModelFixture fixture(name);
    if (!fixture) return;
    const FixtureStages all = stages_of(fixture);
    const std::vector<vit::RfDetrObjects> objects = objects_of(fixture, 2);
    const auto boxes =
        static_cast<double>(groups * (objects[0].labels.size(0) + objects[1].labels.size(0)));
    torch::Tensor total = torch::zeros({});
    for (const auto& [stage_name, stage] : all.stages) {
      const auto matching = vit::rf_detr_matching(stage, objects, {}, groups, draw_nothing);
      for (std::size_t i = 0; i < objects.size(); ++i) {
        const std::string key = "match_" + stage_name, image = "_" + std::to_string(i);
        CHECK(torch::equal(matching[i].queries, fixture.at(key + "_pred" + image)));
        CHECK(torch::equal(matching[i].objects, fixture.at(key + "_target" + image)));
      }
      const vit::RfDetrLosses losses =
          vit::rf_detr_losses(stage, objects, matching, boxes, {}, draw_nothing);
      const std::string suffix = stage_name == "last"  ? ""
                                 : stage_name == "enc" ? "_enc"
                                                       : stage_name.substr(5);
      fixture.check("loss_dict.loss_ce" + suffix, losses.classes);
      fixture.check("loss_dict.loss_bbox" + suffix, losses.l1);
      fixture.check("loss_dict.loss_giou" + suffix, losses.giou);
      total =
          total + kClassWeight * losses.classes + kL1Weight * losses.l1 + kGiouWeight * losses.giou;
    }
    total.backward();
    fixture.check("grad_layer_logits", all.layer_logits.grad());
    fixture.check("grad_layer_boxes", all.layer_boxes.grad());
    fixture.check("grad_enc_logits", all.enc_logits.grad());
    fixture.check("grad_enc_boxes", all.enc_boxes.grad());
  }
}

TEST_CASE("With masks, matching, both parts of their loss and its gradients are transformers'") {
  const ModelFixture fixture("hf_rf_detr_seg");
  if (!fixture) return;
  FixtureStages all = stages_of(fixture);
  const torch::Tensor layer_masks = fixture.at("train_layer_masks").requires_grad_(),
                      enc_masks = fixture.at("train_enc_masks").requires_grad_();
  std::vector<vit::RfDetrObjects> objects = objects_of(fixture, 2);
  for (std::size_t i = 0; i < objects.size(); ++i)
    objects[i].masks = fixture.at("labels_masks_" + std::to_string(i));
  vit::RfDetrOptions options;
  options.mask_point_sample_ratio = 4;
  constexpr double kGroups = 2;
  const auto boxes =
      kGroups * static_cast<double>(objects[0].labels.size(0) + objects[1].labels.size(0));
  torch::Tensor total = torch::zeros({});
  std::int64_t number = 0;
  // There the last layer comes first, then the others, then the first stage.
  std::rotate(all.stages.begin(), all.stages.end() - 2, all.stages.end() - 1);
  for (auto& [stage_name, stage] : all.stages) {
    INFO(stage_name);
    stage.masks =
        as_factors(stage_name == "enc"    ? enc_masks
                   : stage_name == "last" ? layer_masks[layer_masks.size(0) - 1]
                                          : layer_masks[std::stoll(stage_name.substr(6))]);
    const auto draw = vit::test::drawn_in(fixture, 3 * number++);
    const auto matching = vit::rf_detr_matching(stage, objects, options, 2, draw);
    for (std::size_t i = 0; i < objects.size(); ++i) {
      const std::string key = "match_" + stage_name, image = "_" + std::to_string(i);
      CHECK(torch::equal(matching[i].queries, fixture.at(key + "_pred" + image)));
      CHECK(torch::equal(matching[i].objects, fixture.at(key + "_target" + image)));
    }
    const vit::RfDetrLosses losses =
        vit::rf_detr_losses(stage, objects, matching, boxes, options, draw);
    const std::string suffix = stage_name == "last"  ? ""
                               : stage_name == "enc" ? "_enc"
                                                     : stage_name.substr(5);
    fixture.check("loss_dict.loss_ce" + suffix, losses.classes);
    fixture.check("loss_dict.loss_mask_ce" + suffix, losses.mask_ce);
    fixture.check("loss_dict.loss_mask_dice" + suffix, losses.mask_dice);
    total = total + kClassWeight * losses.classes + kL1Weight * losses.l1 +
            kGiouWeight * losses.giou + options.mask_ce_loss_coef * losses.mask_ce +
            options.mask_dice_loss_coef * losses.mask_dice;
  }
  fixture.check("train_loss", total);
  total.backward();
  fixture.check("grad_layer_logits", all.layer_logits.grad());
  fixture.check("grad_enc_boxes", all.enc_boxes.grad());
  fixture.check("grad_layer_masks", layer_masks.grad());
  fixture.check("grad_enc_masks", enc_masks.grad());
}

TEST_CASE("The class of a matched query is learned as far as its box is right") {
  const vit::RfDetrStage stage{torch::tensor({{{2.F, -1.F}, {0.F, 0.F}}}),
                               torch::tensor({{{.5F, .5F, .4F, .4F}, {.2F, .2F, .1F, .1F}}})};
  const std::vector<vit::RfDetrObjects> objects{
      {torch::tensor({{.5F, .5F, .4F, .2F}}), torch::tensor({0})}};
  const auto matching = vit::rf_detr_matching(stage, objects, {}, 1, draw_nothing);
  REQUIRE(matching[0].queries[0].item<std::int64_t>() == 0);
  const vit::RfDetrLosses losses =
      vit::rf_detr_losses(stage, objects, matching, 1, {}, draw_nothing);
  const auto p = [](double logit) { return 1 / (1 + std::exp(-logit)); };
  const double t = std::pow(p(2), .25) * std::pow(.5, .75);  // half of the box is the object's
  const double expected = -t * std::log(p(2)) - (1 - t) * std::log(1 - p(2)) -
                          p(-1) * p(-1) * std::log(1 - p(-1)) - 2 * .25 * std::log(.5);
  CHECK(losses.classes.item<double>() == Approx(expected));
  CHECK(losses.l1.item<double>() == Approx(.2));
  CHECK(losses.giou.item<double>() == Approx(.5));
}

TEST_CASE("An image without objects matches nothing, and every class there is too much") {
  const vit::RfDetrStage stage{torch::zeros({1, 3, 2}), torch::full({1, 3, 4}, .5F)};
  const std::vector<vit::RfDetrObjects> none{
      {torch::empty({0, 4}), torch::empty({0}, torch::kInt64)}};
  const auto matching = vit::rf_detr_matching(stage, none, {}, 3, draw_nothing);
  CHECK(matching[0].queries.numel() == 0);
  const vit::RfDetrLosses losses = vit::rf_detr_losses(stage, none, matching, 1, {}, draw_nothing);
  CHECK(losses.classes.item<double>() == Approx(-6 * .25 * std::log(.5)));
  CHECK(losses.l1.item<double>() == 0);
  CHECK(losses.giou.item<double>() == 0);
}
