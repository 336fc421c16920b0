#include "vit/tasks/detect/yolos.h"

#include <ATen/record_function.h>
#include <torch/types.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "tests/tasks/detect/yolos_fixture.h"
#include "vit/core/error.h"
#include "vit/models/resnet.h"
#include "vit/nn/grad_checkpoint.h"
#include "vit/tasks/detect/yolos_weights.h"
#include "vit/weights/option_setter.h"

using vit::test::random_tensor;
using vit::test::small_yolos;

namespace {

thread_local int yolos_attentions = 0;

std::unique_ptr<at::ObserverContext> count_yolos_attention(const at::RecordFunction& function) {
  const std::string_view name = function.name();
  if (name == "vit::attention" || name == "aten::scaled_dot_product_attention") ++yolos_attentions;
  return nullptr;
}

std::vector<vit::ObjectTargets> one_object_each(std::int64_t images) {
  return std::vector<vit::ObjectTargets>(
      static_cast<std::size_t>(images),
      {torch::tensor({{2.0f, 3.0f, 12.0f, 14.0f}}), torch::tensor({1})});
}

}  // namespace

TEST_CASE("Logits and boxes of transformers' weights are transformers', at its sizes and others") {
  for (const char* name : {"hf_yolos", "hf_yolos_nomid"}) {
    const vit::test::YolosFixture fixture(name);
    if (!fixture) return;
    INFO(name);
    const auto found = vit::recognise_yolos(vit::open_weights(fixture.weights()), std::nullopt);
    REQUIRE(found);
    vit::ModelSpec spec = vit::model_spec(found->name);
    for (const auto& [key, value] : found->options) {
      INFO(key << ": " << value);
      const auto json = nlohmann::json::parse(value, nullptr, false);
      CHECK(vit::set_option(spec, key, json.is_discarded() ? nlohmann::json(value) : json) ==
            vit::SetResult::set);
    }
    std::get<vit::ViTOptions>(spec.options).dynamic_img_size = true;
    vit::YolosOptions options;
    std::int64_t classes = 0;
    vit::take_yolos_from(fixture.weights(), options, classes);
    CHECK(options.use_mid_position_embeddings == (std::string(name) == "hf_yolos"));
    REQUIRE(classes == 7);
    vit::Yolos network(vit::create_model(spec), options, classes);
    const vit::LoadReport report =
        network.load(fixture.weights(), std::vector<std::string>(7, "thing"));
    CHECK(report.complete());
    CHECK(report.resampled.empty());
    network.eval();
    const torch::NoGradGuard no_grad;
    for (const std::string size : {"", "2"}) {
      const vit::NamedTensors outputs = network.forward(fixture.at("pixel_values" + size));
      CHECK(outputs[0].first == "logits");
      fixture.check("logits" + size, outputs[0].second);
      fixture.check("pred_boxes" + size, outputs[1].second);
    }
    const torch::Tensor x = fixture.at("pixel_values");
    fixture.check("loss", network.loss(x, fixture.targets()).total);
    CHECK(network.matches(x, fixture.targets())[1].size() == 3);

    // transformers' post_process_object_detection.
    const torch::Tensor p = fixture.at("logits").softmax(-1).slice(2, 0, 7),
                        boxes = fixture.at("pred_boxes"), rows = network.candidates(x);
    REQUIRE(rows.sizes() == torch::IntArrayRef({2, 6, 6}));
    for (std::int64_t image = 0; image < 2; ++image) {
      const torch::Tensor order = std::get<0>(p[image].max(1)).argsort(0, true);
      for (std::int64_t i = 0; i < 6; ++i) {
        const torch::Tensor row = rows[image][i], of_query = p[image][order[i]];
        CHECK(row[4].item<double>() == Approx(of_query.max().item<double>()).epsilon(1e-4));
        CHECK(row[5].item<std::int64_t>() == of_query.argmax().item<std::int64_t>());
        const torch::Tensor box = boxes[image][order[i]];
        const auto at = [&](int k) { return box[k].item<double>(); };
        CHECK(row[0].item<double>() == Approx((at(0) - at(2) / 2) * 48).margin(1e-3));
        CHECK(row[3].item<double>() == Approx((at(1) + at(3) / 2) * 32).margin(1e-3));
      }
    }
  }
}

TEST_CASE("Every parameter of YOLOS learns from objects, and the parts are named") {
  for (const bool mid : {true, false}) {
    const auto network = small_yolos(1, 3, mid);
    network->train();
    const vit::DetectorLoss loss = network->loss(random_tensor({2, 3, 16, 24}), one_object_each(2));
    loss.total.backward();
    for (const auto& item : network->named_parameters()) {
      INFO(item.key());
      REQUIRE(item->grad().defined());
      // Of the keys' biases nothing depends on.
      CHECK(item->grad().abs().max().item<double>() > 0);
    }
    REQUIRE(loss.parts.size() == network->loss_parts().size());
    for (std::size_t i = 0; i < loss.parts.size(); ++i) {
      CHECK(loss.parts[i].first == network->loss_parts()[i]);
      CHECK_FALSE(loss.parts[i].second.requires_grad());
    }
  }
}

TEST_CASE("What is found does not depend on the batch, and lies in the input's pixels by score") {
  const auto network = small_yolos();
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = random_tensor({3, 3, 32, 16});
  const torch::Tensor found = network->candidates(x);
  REQUIRE(found.sizes() == torch::IntArrayRef({3, 5, 6}));
  CHECK(torch::allclose(found.narrow(0, 1, 1), network->candidates(x.narrow(0, 1, 1)), 1e-4, 1e-4));
  const torch::Tensor scores = found.select(2, 4);
  CHECK((scores.diff(1, 1) <= 0).all().item<bool>());
  CHECK((scores > 0).all().item<bool>());
  CHECK((found.select(2, 5) < 3).all().item<bool>());
  const torch::Tensor boxes = network->forward(x)[1].second;
  const auto sorted = [](const torch::Tensor& values) { return std::get<0>(values.sort(1)); };
  CHECK(torch::allclose(sorted(found.select(2, 2) - found.select(2, 0)),
                        sorted(boxes.select(2, 2) * 16), 1e-4, 1e-4));
  CHECK(torch::allclose(sorted(found.select(2, 1) + found.select(2, 3)),
                        sorted(boxes.select(2, 1) * 64), 1e-4, 1e-4));
  CHECK_FALSE(network->nms_iou());
}

TEST_CASE("Each block's attention is the fused one, over class token, patches and det tokens") {
  const auto network = small_yolos();
  const torch::NoGradGuard no_grad;
  yolos_attentions = 0;
  const at::CallbackHandle handle =
      at::addThreadLocalCallback(at::RecordFunctionCallback(&count_yolos_attention));
  (void)network->forward(random_tensor({1, 3, 16, 24}));
  at::removeCallback(handle);
  CHECK(yolos_attentions == 3);
}

TEST_CASE("Blocks that are computed again in the backward pass give the same gradients") {
  const auto network = small_yolos();
  network->train();
  const torch::Tensor x = random_tensor({2, 3, 16, 24});
  const auto gradient = [&] {
    network->zero_grad();
    network->loss(x, one_object_each(2)).total.backward();
    return network->mid_pos_embed.grad().clone();
  };
  const torch::Tensor kept = gradient();
  vit::set_grad_checkpointing(*network, true);
  CHECK(torch::allclose(gradient(), kept, 1e-5, 1e-7));
}

TEST_CASE("The same seed draws the same weights, and a head alone leaves the backbone") {
  const auto a = small_yolos(4), b = small_yolos(4), c = small_yolos(5);
  for (const auto& item : a->named_parameters())
    CHECK(torch::equal(item.value(), b->named_parameters()[item.key()]));
  CHECK_FALSE(torch::equal(a->det_token, c->det_token));
  CHECK_FALSE(torch::equal(a->det_token, a->det_pos_embed));
  const torch::Tensor patches = a->named_parameters()["backbone.patch_embed.proj.weight"].clone();
  a->init_head(5);
  CHECK(torch::equal(a->det_token, c->det_token));
  CHECK(torch::equal(a->named_parameters()["backbone.patch_embed.proj.weight"], patches));
}

TEST_CASE("Layers and weight decay know the tokens") {
  const auto network = small_yolos();
  const std::vector<std::string> without = network->no_weight_decay();
  for (const char* name : {"det_token", "backbone.pos_embed", "backbone.cls_token"})
    CHECK(std::count(without.begin(), without.end(), name) == 1);
  const auto group_of = [&](const std::string& name) {
    for (const vit::LayerRule& rule : network->layer_rules())
      if (std::regex_search(name, std::regex(rule.pattern), std::regex_constants::match_continuous))
        return rule.group;
    return -1;
  };
  CHECK(group_of("det_token") == 0);
  CHECK(group_of("backbone.pos_embed") == 0);
  CHECK(group_of("backbone.blocks.1.norm1.weight") == 1);
  CHECK(group_of("class_embed.layers.0.weight") == -1);
}

TEST_CASE("A backbone that tokens cannot be appended to is refused by its key") {
  vit::ResNetOptions small;
  small.img_size = {32, 32};
  small.num_classes = 0;
  small.layers = {1, 1, 1, 1};
  small.channels = {8, 16, 24, 32};
  CHECK_THROWS_AS(vit::make_yolos(std::make_shared<vit::ResNetImpl>(small), {}, 3), vit::Error);
  vit::ViTOptions fixed = vit::test::yolos_backbone()->options;
  fixed.pos_embed = "sincos2d";
  try {
    (void)vit::make_yolos(std::make_shared<vit::VisionTransformerImpl>(fixed), {}, 3);
    FAIL("took positions that are not learned");
  } catch (const vit::Error& error) {
    CHECK(error.kind() == vit::ErrorKind::usage);
    CHECK(error.where() == "model.pos_embed");
  }
}
