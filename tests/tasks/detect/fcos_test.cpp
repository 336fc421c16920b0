#include "vit/tasks/detect/fcos.h"

#include <torch/types.h>
#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/model_fixture.h"
#include "tests/support/small_vit.h"
#include "vit/models/registry.h"
#include "vit/models/vit.h"
#include "vit/tasks/detect/duplicates.h"

using vit::FCOS, vit::FCOSOptions;

namespace {

/// The network of the fixture tv_fcos with its weights.
std::shared_ptr<FCOS> fixture_fcos(const vit::test::ModelFixture& fixture) {
  vit::ModelSpec spec = vit::model_spec("vit_tiny_patch16_224");
  auto& options = std::get<vit::ViTOptions>(spec.options);
  options.embed_dim = 32;
  options.depth = 2;
  options.num_heads = 2;
  options.img_size = {48, 32};
  options.patch_size = {8, 8};
  options.num_classes = 0;
  options.mlp_ratio = 2;
  options.init_values = 1e-5;
  FCOSOptions fcos;
  fcos.channels = 32;
  fcos.num_convs = 1;
  fcos.scale_factors = {2, 1, 0.5};
  fcos.points = "corner";
  fcos.score_threshold = 0.45;
  fcos.candidates = 60;
  auto network = std::make_shared<FCOS>(vit::create_model(spec), fcos, 7);
  const auto children = network->named_children();
  fixture.load(*children["head"], "head.");
  const auto file = vit::SafetensorsFile::open(fixture.weights());
  const torch::NoGradGuard no_grad;
  for (auto& item : network->named_parameters()) {
    std::string name = item.key();
    if (name.starts_with("fpn.")) name = "backbone." + name.substr(4);
    if (name.starts_with("backbone.") && item.key().starts_with("backbone."))
      name = "backbone.net." + name.substr(9);
    INFO(name);
    item.value().copy_(vit::read_tensor(file, file.at(name)));
  }
  network->eval();
  return network;
}

std::vector<vit::ObjectTargets> fixture_targets(const vit::test::ModelFixture& fixture) {
  std::vector<vit::ObjectTargets> targets;
  for (const char* i : {"0", "1", "2"})
    targets.push_back(
        {fixture.at(std::string("boxes_") + i), fixture.at(std::string("labels_") + i)});
  return targets;
}

std::shared_ptr<FCOS> small_fcos(std::int64_t classes) {
  vit::ModelSpec spec = vit::model_spec("vit_tiny_patch16_224");
  auto options = vit::test::small_vit(0);
  options.dynamic_img_size = true;
  spec.options = options;
  auto network =
      std::make_shared<FCOS>(vit::create_model(spec), FCOSOptions{.channels = 32}, classes);
  network->init_weights(3);
  return network;
}

}  // namespace

TEST_CASE("FCOS on a plain ViT gives torchvision's maps, outputs and objects") {
  const vit::test::ModelFixture fixture("tv_fcos");
  if (!fixture) return;
  const auto network = fixture_fcos(fixture);
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = fixture.at("x");
  const std::vector<torch::Tensor> maps = network->pyramid_of(network->features(x));
  REQUIRE(maps.size() == 3);
  for (std::size_t i = 0; i < maps.size(); ++i)
    fixture.check("map_p" + std::to_string(i + 2), maps[i].narrow(0, 0, 1));
  for (const auto& [name, found] : network->forward(x)) fixture.check(name, found);

  const torch::Tensor found =
      vit::without_duplicates(network->candidates(x), network->nms_iou(), 20);
  for (std::int64_t i = 0; i < 3; ++i) {
    const std::string image = std::to_string(i);
    const torch::Tensor scores = fixture.at("det_scores_" + image);
    const torch::Tensor rows = found[i].slice(0, 0, scores.size(0));
    fixture.check("det_scores_" + image, rows.select(1, 4));
    fixture.check("det_boxes_" + image, rows.slice(1, 0, 4), 1e-4);
    CHECK(torch::equal(rows.select(1, 5).to(torch::kInt64), fixture.at("det_labels_" + image)));
  }
}

TEST_CASE("FCOS has torchvision's losses and gradients") {
  const vit::test::ModelFixture fixture("tv_fcos");
  if (!fixture) return;
  const auto network = fixture_fcos(fixture);
  const vit::DetectorLoss loss = network->loss(fixture.at("x"), fixture_targets(fixture));
  REQUIRE(loss.parts.size() == 3);
  fixture.check("loss_classification", loss.parts[0].second.view({1}));
  fixture.check("loss_bbox_regression", loss.parts[1].second.view({1}));
  fixture.check("loss_bbox_ctrness", loss.parts[2].second.view({1}));
  loss.total.backward();
  const auto parameters = network->named_parameters();
  const auto gradient = [&](const std::string& theirs, const std::string& ours) {
    fixture.check("grad." + theirs, parameters[ours].grad(), 1e-4);
  };
  gradient("backbone.simfp_2.0.bias", "fpn.simfp_2.0.bias");
  gradient("backbone.simfp_3.1.norm.weight", "fpn.simfp_3.1.norm.weight");
  gradient("backbone.net.cls_token", "backbone.cls_token");
  gradient("backbone.net.blocks.0.ls1.gamma", "backbone.blocks.0.ls1.gamma");
  for (const char* name :
       {"head.classification_head.conv.1.weight", "head.classification_head.cls_logits.bias",
        "head.regression_head.bbox_reg.bias", "head.regression_head.bbox_ctrness.weight"})
    gradient(name, name);
}

TEST_CASE("An image without objects has a loss, and gradients that are numbers") {
  const auto network = small_fcos(3);
  const torch::Tensor x = torch::randn({2, 3, 32, 32});
  const vit::ObjectTargets none{torch::zeros({0, 4}), torch::zeros({0}, torch::kInt64)};
  const vit::DetectorLoss loss = network->loss(x, {none, none});
  CHECK(loss.total.item<double>() > 0);
  loss.total.backward();
  for (const auto& item : network->named_parameters()) {
    INFO(item.key());
    if (item.value().grad().defined()) CHECK(item.value().grad().isfinite().all().item<bool>());
  }
}

TEST_CASE("A head that was new finds next to nothing, and no score is above the prior") {
  const auto network = small_fcos(3);
  network->eval();
  const torch::NoGradGuard no_grad;
  const torch::Tensor found = network->candidates(torch::randn({2, 3, 32, 32}));
  CHECK(found.size(2) == 6);
  // sqrt(0.01 * 0.5) = 0.07
  CHECK(found.select(2, 4).max().item<double>() < 0.12);
}
