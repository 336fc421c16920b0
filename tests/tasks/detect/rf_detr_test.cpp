#include "vit/tasks/detect/rf_detr.h"

#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "tests/tasks/detect/rf_detr_fixture.h"
#include "vit/core/error.h"
#include "vit/loss/box_ops.h"
#include "vit/models/linear.h"
#include "vit/nn/random.h"
#include "vit/train/autocast.h"

using vit::test::rf_detr_of, vit::test::ModelFixture, vit::test::small_rf_detr,
    vit::test::targets_of, vit::test::windowed_vit;

namespace {

/// Our names of the parameters whose gradients a fixture holds.
const std::vector<std::pair<std::string, std::string>> kGradients{
    {"query_feat.weight", "query_feat.weight"},
    {"reference_point_embed.weight", "refpoint_embed.weight"},
    {"enc_output.1.weight", "transformer.enc_output.1.weight"},
    {"decoder.layers.0.cross_attn.sampling_offsets.weight",
     "transformer.decoder.layers.0.cross_attn.sampling_offsets.weight"},
    {"decoder.ref_point_head.layers.0.bias", "transformer.decoder.ref_point_head.layers.0.bias"},
    {"backbone.backbone.embeddings.cls_token", "backbone.cls_token"},
    {"backbone.backbone.encoder.layer.0.layer_scale1.lambda1", "backbone.blocks.0.ls1.gamma"},
    {"backbone.projector.projector_layer.conv1.norm.weight", "projector.stages.0.0.cv1.bn.weight"},
};

std::shared_ptr<vit::RfDetr> small_detector(vit::Size2 size, std::int64_t classes = 3) {
  const vit::InitialWeights seeded(1);
  auto network = std::make_shared<vit::RfDetr>(windowed_vit(size), small_rf_detr(), classes);
  network->eval();
  return network;
}

std::shared_ptr<vit::RfDetr> small_mask_detector(vit::Size2 size) {
  const vit::InitialWeights seeded(1);
  vit::RfDetrOptions options = small_rf_detr();
  options.masks = true;
  auto network = std::make_shared<vit::RfDetr>(windowed_vit(size), options, 3);
  network->eval();
  return network;
}

std::vector<vit::ObjectTargets> two_images() {
  return {{torch::tensor({{1.F, 2.F, 9.F, 12.F}, {8.F, 8.F, 30.F, 28.F}}), torch::tensor({2, 0})},
          {torch::empty({0, 4}), torch::empty({0}, torch::kInt64)}};
}

}  // namespace

TEST_CASE("RF-DETR gives what transformers computes at every stage") {
  for (const char* name : {"hf_rf_detr", "hf_rf_detr_w3", "hf_rf_detr_seg"}) {
    INFO(name);
    const ModelFixture fixture(name);
    if (!fixture) return;
    const torch::NoGradGuard no_grad;
    const auto network = rf_detr_of(fixture.weights());
    const torch::Tensor x = fixture.at("pixel_values");
    const std::vector<torch::Tensor> features = network->features(x);
    for (std::size_t i = 0; i < features.size(); ++i)
      fixture.check("feature_" + std::to_string(i), features[i]);
    fixture.check("projected", network->projector(torch::cat(features, 1)));
    const vit::RfDetrOutputs outputs = network->run(x);
    fixture.check("enc_logits", outputs.encoder.logits);
    fixture.check("enc_boxes", outputs.encoder.boxes);
    fixture.check("init_reference_points", outputs.references);
    fixture.check("intermediate_hidden_states", torch::stack(outputs.hidden));
    std::vector<torch::Tensor> logits, boxes;
    for (const torch::Tensor& hidden : outputs.hidden) {
      const vit::RfDetrStage stage = network->read(hidden, outputs.references);
      logits.push_back(stage.logits);
      boxes.push_back(stage.boxes);
    }
    fixture.check("layer_logits", torch::stack(logits));
    fixture.check("layer_boxes", torch::stack(boxes));
    CHECK(network->forward(x).size() == (network->segmentation_head ? 3 : 2));
    if (network->segmentation_head)
      fixture.check("enc_masks",
                    network->stages(outputs, {x.size(2), x.size(3)})[0].masks.logits());
    for (const auto& [output, tensor] : network->forward(x)) fixture.check(output, tensor);
  }
}

TEST_CASE("RF-DETR's training step is transformers': all groups, the loss, every gradient") {
  for (const char* name : {"hf_rf_detr", "hf_rf_detr_w3"}) {
    INFO(name);
    const ModelFixture fixture(name);
    if (!fixture) return;
    const auto network = rf_detr_of(fixture.weights());
    network->train();
    const torch::Tensor x = fixture.at("pixel_values");
    const vit::DetectorLoss loss = network->loss(x, targets_of(fixture, x));
    fixture.check("train_loss", loss.total);
    torch::Tensor sum = torch::zeros({});
    for (const auto& [part, value] : loss.parts) sum = sum + value;
    CHECK(sum.item<double>() == Approx(loss.total.item<double>()));
    loss.total.backward();
    const auto parameters = network->named_parameters();
    for (const auto& [theirs, ours] : kGradients) {
      INFO(ours);
      fixture.check("grad.model." + theirs, parameters[ours].grad());
    }
    double squares = 0;
    for (const auto& item : parameters)
      if (item.value().grad().defined())
        squares += item.value().grad().to(torch::kFloat64).square().sum().item<double>();
    CHECK(std::sqrt(squares) == Approx(fixture.at("grad_norm").item<double>()).epsilon(1e-5));
  }
}

TEST_CASE("The training step of RF-DETR with masks is transformers', given its random points") {
  const ModelFixture fixture("hf_rf_detr_seg");
  if (!fixture) return;
  const auto network = rf_detr_of(fixture.weights(), 4);
  REQUIRE(network->segmentation_head);
  network->train();
  const torch::Tensor x = fixture.at("pixel_values");
  {
    const torch::NoGradGuard no_grad;
    const auto stages = network->stages(network->run(x), {x.size(2), x.size(3)});
    REQUIRE(stages.size() == 3);
    fixture.check("train_enc_masks", stages[0].masks.logits());
    fixture.check("train_layer_masks",
                  torch::stack({stages[1].masks.logits(), stages[2].masks.logits()}));
  }
  // Three draws a stage; there the last layer's come first, then the others', then the encoder's.
  std::int64_t asked = 0;
  const auto draw = [&](torch::IntArrayRef) {
    constexpr std::int64_t kDraws = 3, kStages = 3;
    const std::int64_t stage = asked / kDraws, number = asked++ % kDraws;
    const std::int64_t theirs = stage == 0 ? kStages - 1 : stage + 1 == kStages ? 0 : stage;
    return fixture.at("draw_" + std::to_string(kDraws * theirs + number));
  };
  const vit::DetectorLoss loss = network->loss(x, targets_of(fixture, x, true), draw);
  fixture.check("train_loss", loss.total);
  CHECK(asked == 9);
  REQUIRE(loss.parts.size() == 5);
  torch::Tensor sum = torch::zeros({});
  for (std::size_t i = 0; i < loss.parts.size(); ++i) {
    CHECK(loss.parts[i].first == network->loss_parts()[i]);
    sum = sum + loss.parts[i].second;
  }
  CHECK(sum.item<double>() == Approx(loss.total.item<double>()));
  loss.total.backward();
  const auto parameters = network->named_parameters();
  for (const auto& [theirs, ours] : kGradients) {
    INFO(ours);
    fixture.check("grad.model.model." + theirs, parameters[ours].grad());
  }
  double squares = 0;
  for (const auto& item : parameters)
    if (item.value().grad().defined())
      squares += item.value().grad().to(torch::kFloat64).square().sum().item<double>();
  CHECK(std::sqrt(squares) == Approx(fixture.at("grad_norm").item<double>()).epsilon(1e-5));
}

TEST_CASE("RF-DETR's candidates are the original's post-processing, in the input's pixels") {
  for (const char* name : {"hf_rf_detr", "hf_rf_detr_w3"}) {
    INFO(name);
    const ModelFixture fixture(name);
    if (!fixture) return;
    const torch::NoGradGuard no_grad;
    const auto network = rf_detr_of(fixture.weights());
    const torch::Tensor x = fixture.at("pixel_values");
    const torch::Tensor found = network->candidates(x), sizes = fixture.at("post_sizes");
    for (std::int64_t i = 0; i < x.size(0); ++i) {
      const std::string image = std::to_string(i);
      const std::int64_t count = fixture.at("post_scores_" + image).size(0);
      const torch::Tensor rows = found[i].narrow(0, 0, count);
      fixture.check("post_scores_" + image, rows.select(1, 4));
      fixture.check("post_labels_" + image, rows.select(1, 5));
      const torch::Tensor scale =  // of the file's image, height and width
          torch::stack({sizes[i][1], sizes[i][0], sizes[i][1], sizes[i][0]}) / x.size(2);
      fixture.check("post_boxes_" + image, rows.narrow(1, 0, 4) * scale);
    }
  }
}

TEST_CASE("An image is found alike alone and in a batch, and oblong ones have windows too") {
  const auto network = small_detector({16, 16});
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = vit::test::random_tensor({3, 3, 16, 32});
  const torch::Tensor found = network->candidates(x);
  CHECK(found.sizes() == torch::IntArrayRef({3, 5, 6}));
  CHECK(found.isfinite().all().item<bool>());
  for (std::int64_t i = 0; i < 3; ++i)
    CHECK(torch::allclose(network->candidates(x.narrow(0, i, 1))[0], found[i], 1e-4, 1e-5));
  const torch::Tensor scores = found.select(2, 4);
  CHECK((scores.narrow(1, 0, 4) >= scores.narrow(1, 1, 4)).all().item<bool>());
}

TEST_CASE("A trace finds the same in batches of another size") {
  const auto network = small_detector({16, 16});
  for (torch::Tensor& parameter : network->parameters()) parameter.set_requires_grad(false);
  const auto find = [&](torch::jit::Stack inputs) -> torch::jit::Stack {
    return {network->candidates(inputs[0].toTensor())};
  };
  const auto unnamed = [](const torch::autograd::Variable&) { return std::string(); };
  const auto traced = torch::jit::tracer::trace({vit::test::random_tensor({2, 3, 16, 16})}, find,
                                                unnamed, /*strict=*/true);
  const torch::Tensor x = vit::test::random_tensor({3, 3, 16, 16}, 8);
  torch::jit::Stack stack{x};
  torch::jit::GraphExecutor(traced.first->graph, "find").run(stack);
  CHECK(torch::allclose(stack.at(0).toTensor(), network->candidates(x), 1e-4, 1e-5));
}

TEST_CASE("In bfloat16 too, boxes and scores are float32 and finite") {
  const auto network = small_detector({32, 32});
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = vit::test::random_tensor({2, 3, 32, 32});
  const auto exact = network->forward(x);
  const vit::Autocast autocast(torch::kCPU, "bf16");
  const auto rounded = network->forward(x);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(rounded[i].second.scalar_type() == torch::kFloat32);
    CHECK(torch::isfinite(rounded[i].second).all().item<bool>());
  }
  CHECK(rounded[0].second.sizes() == exact[0].second.sizes());
}

TEST_CASE("An image with fewer cells than queries has as many candidates as cells") {
  const auto network = small_detector({8, 8});
  const torch::NoGradGuard no_grad;
  CHECK(network->candidates(torch::zeros({1, 3, 8, 8})).sizes() == torch::IntArrayRef({1, 4, 6}));
  network->train();
  const auto targets = two_images();
  CHECK(network->loss(torch::zeros({1, 3, 8, 8}), {targets[0]}).total.isfinite().item<bool>());
}

TEST_CASE("A batch without any object has a loss, and every parameter that is used learns") {
  const auto network = small_detector({32, 32});
  network->train();
  const torch::Tensor x = vit::test::random_tensor({2, 3, 32, 32});
  const vit::DetectorLoss loss = network->loss(x, two_images());
  CHECK(loss.parts.size() == network->loss_parts().size());
  loss.total.backward();
  for (const auto& item : network->named_parameters()) {
    INFO(item.key());
    REQUIRE(item.value().grad().defined());
    CHECK(item.value().grad().isfinite().all().item<bool>());
  }
  const std::vector<vit::ObjectTargets> none{two_images()[1], two_images()[1]};
  const vit::DetectorLoss empty = network->loss(x, none);
  CHECK(empty.total.isfinite().item<bool>());
  CHECK(empty.total.item<double>() > 0);  // for every class that is said to be there
}

TEST_CASE("Each object of an image is answered for once, at the costs that were weighed") {
  const auto network = small_detector({32, 32});
  const torch::Tensor x = vit::test::random_tensor({2, 3, 32, 32});
  const auto matches = network->matches(x, two_images());
  REQUIRE(matches.size() == 2);
  REQUIRE(matches[0].size() == 2);
  CHECK(matches[1].empty());
  CHECK(matches[0][0].object + matches[0][1].object == 1);
  CHECK(matches[0][0].query != matches[0][1].query);
  const torch::NoGradGuard no_grad;
  const auto outputs = network->forward(x);
  for (const vit::ObjectMatch& match : matches[0]) {
    REQUIRE(match.costs.size() == 3);
    CHECK(match.costs[1].first == "l1");
    const torch::Tensor box = vit::corners_of(outputs[1].second[0][match.query]) * 32;
    const torch::Tensor wanted = two_images()[0].boxes[match.object];
    CHECK(match.costs[2].second == Approx(-2 * vit::box_giou(box, wanted).item<double>()));
  }
}

TEST_CASE("Made anew, no box is moved, classes are at 0.01, and a seed makes the same network") {
  const auto network = small_detector({32, 32});
  const torch::NoGradGuard no_grad;
  const auto outputs = network->forward(vit::test::random_tensor({1, 3, 32, 32}));
  const torch::Tensor sides = outputs[1].second.narrow(2, 2, 2);
  CHECK(torch::allclose(sides, torch::full_like(sides, 0.05)));
  const auto parameters = network->named_parameters();
  CHECK(parameters["class_embed.bias"].sigmoid().mean().item<double>() == Approx(0.01));
  CHECK(torch::equal(parameters["transformer.enc_out_class_embed.2.weight"],
                     parameters["class_embed.weight"]));
  const auto again = small_detector({32, 32});
  for (const auto& item : again->named_parameters())
    CHECK(torch::equal(item.value(), parameters[item.key()]));
  again->init_head(2);
  CHECK(!torch::equal(again->query_feat->weight, network->query_feat->weight));
}

TEST_CASE("The backbone's rules hold under its prefix, and its patches don't decay") {
  const auto network = small_detector({32, 32});
  const auto exempt = network->no_weight_decay();
  for (const char* name : {"backbone.pos_embed", "backbone.patch_embed.*"})
    CHECK(std::find(exempt.begin(), exempt.end(), name) != exempt.end());
  CHECK(vit::is_in_heads("transformer.decoder.norm.weight", network->heads()));
  CHECK(!vit::is_in_heads("backbone.norm.weight", network->heads()));
}

TEST_CASE("Models without windows, and images that windows do not tile, are refused") {
  vit::ViTOptions rotary = windowed_vit({16, 16})->options;
  rotary.pos_embed = "none";
  CHECK_THROWS_WITH(
      vit::RfDetr(std::make_shared<vit::VisionTransformerImpl>(rotary), small_rf_detr(), 3),
      Catch::Contains("model.pos_embed"));
  CHECK_THROWS_WITH(vit::RfDetr(std::make_shared<vit::LinearModelImpl>(vit::LinearModelOptions{}),
                                small_rf_detr(), 3),
                    Catch::Contains("Vision Transformer"));
  const auto network = small_detector({16, 16});
  CHECK_THROWS_WITH(network->forward(torch::zeros({1, 3, 12, 16})),
                    Catch::Contains("2 x 2 windows do not tile the 3 x 4 patches"));
}

TEST_CASE("Candidates with masks carry those of their queries, in a trace too") {
  const auto network = small_mask_detector({16, 32});
  for (torch::Tensor& parameter : network->parameters()) parameter.set_requires_grad(false);
  const torch::Tensor x = vit::test::random_tensor({3, 3, 16, 32});
  const torch::Tensor found = network->candidates(x);
  CHECK(found.sizes() == torch::IntArrayRef({3, 5, 6 + 4 * 8}));
  const auto outputs = network->forward(x);
  REQUIRE(outputs.size() == 3);
  CHECK(outputs[2].first == "pred_masks");
  const auto best = std::get<1>(outputs[0].second.flatten(1).max(1));  // query and class
  for (std::int64_t i = 0; i < 3; ++i)
    CHECK(torch::allclose(found[i][0].slice(0, 6).view({4, 8}),
                          outputs[2].second[i][best[i].item<std::int64_t>() / 3], 1e-4, 1e-5));
  const auto find = [&](torch::jit::Stack inputs) -> torch::jit::Stack {
    return {network->candidates(inputs[0].toTensor())};
  };
  const auto unnamed = [](const torch::autograd::Variable&) { return std::string(); };
  const auto traced = torch::jit::tracer::trace({x.narrow(0, 0, 2)}, find, unnamed, true);
  torch::jit::Stack stack{x};
  torch::jit::GraphExecutor(traced.first->graph, "find").run(stack);
  CHECK(torch::allclose(stack.at(0).toTensor(), found, 1e-4, 1e-5));
}

TEST_CASE("With masks all parameters learn in every batch, also where nothing has a mask") {
  const auto network = small_mask_detector({32, 32});
  network->train();
  const torch::Tensor x = vit::test::random_tensor({2, 3, 32, 32});
  const vit::RandomScope scope(vit::Rng(3, vit::Stream::model));
  std::vector<vit::ObjectTargets> objects = two_images();
  objects[0].masks = torch::zeros({2, 32, 32}, torch::kUInt8);
  objects[0].masks.narrow(2, 0, 9).fill_(1);
  for (const auto& targets : {objects, two_images(), {two_images()[1], two_images()[1]}}) {
    network->zero_grad();
    const vit::DetectorLoss loss = network->loss(x, targets);
    CHECK(loss.parts.size() == 5);
    CHECK((loss.parts[3].second.item<double>() > 0) == targets[0].masks.defined());
    loss.total.backward();
    for (const auto& item : network->named_parameters()) {
      INFO(item.key());
      REQUIRE(item.value().grad().defined());
      CHECK(item.value().grad().isfinite().all().item<bool>());
    }
  }
  CHECK(vit::is_in_heads("segmentation_head.blocks.0.norm.weight", network->heads()));
}

TEST_CASE("Masks take part in the matching, alike each time it is looked at") {
  const auto network = small_mask_detector({32, 32});
  const torch::Tensor x = vit::test::random_tensor({2, 3, 32, 32});
  std::vector<vit::ObjectTargets> objects = two_images();
  objects[0].masks = torch::ones({2, 32, 32}, torch::kUInt8);
  const auto first = network->matches(x, objects), second = network->matches(x, objects);
  REQUIRE(first[0].size() == 2);
  REQUIRE(first[0][0].costs.size() == 5);
  CHECK(first[0][0].costs[3].first == "mask_ce");
  CHECK(first[0][0].costs[4].second == second[0][0].costs[4].second);
  CHECK(network->matches(x, two_images())[0][0].costs.size() == 3);
}
