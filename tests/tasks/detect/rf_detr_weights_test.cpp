#include "vit/tasks/detect/rf_detr_weights.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <fstream>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/module.h"
#include "tests/tasks/detect/rf_detr_fixture.h"
#include "vit/core/error.h"
#include "vit/tasks/detect/rf_detr_file.h"

using vit::test::random_tensor, vit::test::rf_detr_of, vit::test::saved, vit::test::ModelFixture,
    vit::test::small_rf_detr, vit::test::windowed_vit;

namespace {

using Names = std::vector<std::string>;

vit::RfDetr detector(std::int64_t classes, std::uint64_t seed, vit::RfDetrOptions options) {
  vit::RfDetr network(windowed_vit({16, 16}), options, classes);
  network.init_head(seed);
  network.eval();
  return network;
}

}  // namespace

TEST_CASE("Roboflow's weights give what transformers computes of them") {
  const ModelFixture fixture("hf_rf_detr");
  if (!fixture) return;
  const torch::NoGradGuard no_grad;
  const auto network = rf_detr_of(fixture.weights().parent_path() / "weights_original.safetensors");
  for (const auto& [name, tensor] : network->forward(fixture.at("pixel_values")))
    fixture.check(name, tensor);
}

TEST_CASE("Weights and config.json say what the detector and its ViT are") {
  const ModelFixture fixture("hf_rf_detr_w3");
  if (!fixture) return;
  vit::RfDetrOptions options;
  Names classes;
  vit::take_rf_detr_from(fixture.weights(), options, classes);
  CHECK(options.num_windows == 3);
  CHECK(options.out_feature_indexes == std::vector<std::int64_t>{1, 3});
  CHECK(options.dec_layers == 3);
  CHECK(options.num_queries == 8);
  CHECK(options.group_detr == 2);
  CHECK(options.ca_nheads == 8);
  CHECK(options.dec_n_points == 2);
  CHECK(options.projector_blocks == 2);
  CHECK(classes == Names{"0", "1", "2", "3", "4", "5", "6"});
  const auto found = vit::recognise_rf_detr(vit::open_weights(fixture.weights()), std::nullopt);
  REQUIRE(found);
  CHECK(found->options.at("num_heads") == "2");
  CHECK(found->options.at("patch_size") == "4");
  CHECK(found->crop_mode == "squash");
  CHECK(found->mean.has_value());
}

TEST_CASE("Without config.json, sizes of a published detector say the rest") {
  const vit::test::ScratchFolder scratch;
  vit::ViTOptions vit;
  vit.img_size = {384, 384};
  vit.patch_size = {16, 16};
  vit.embed_dim = 16;
  vit.depth = 12;
  vit.num_heads = 2;
  vit.num_classes = 0;
  vit.init_values = 1.0;
  vit.mlp_ratio = 1;
  vit::RfDetrOptions options;  // nano
  options.hidden_dim = 32;
  options.sa_nheads = 1;
  options.ca_nheads = 2;
  options.dim_feedforward = 8;
  options.num_queries = 3;
  vit::RfDetr network(std::make_shared<vit::VisionTransformerImpl>(vit), options, 2);
  const auto file = saved(network, scratch / "nano.safetensors", {"x", "y"});
  vit::RfDetrOptions taken;
  taken.variant = "base";
  Names classes;
  vit::take_rf_detr_from(file, taken, classes);
  CHECK(taken.variant == "nano");
  CHECK(taken.hidden_dim == 32);
  CHECK(taken.ca_nheads == 2);
  CHECK(taken.dec_n_points == 2);
  CHECK(classes == Names{"x", "y"});
  const auto found = vit::recognise_rf_detr(vit::open_weights(file), std::nullopt);
  REQUIRE(found);
  CHECK(found->options.at("img_size") == "384");
  CHECK(found->labels == classes);
}

TEST_CASE("Classes are joined by their names: shared rows are kept, new ones stay as drawn") {
  const vit::test::ScratchFolder scratch;
  vit::RfDetr old = detector(3, 1, small_rf_detr());
  const auto file = saved(old, scratch / "old.safetensors", {"cat", "dog", "cow"});
  vit::RfDetr network = detector(4, 2, small_rf_detr());
  const torch::Tensor drawn = network.class_embed->weight.detach().clone();
  const vit::LoadReport report = network.load(file, {"sheep", "dog", "cat", "goat"});
  const auto row = [](vit::RfDetr& of, std::int64_t i) { return of.class_embed->weight[i]; };
  CHECK(torch::equal(row(network, 1), row(old, 1)));
  CHECK(torch::equal(row(network, 2), row(old, 0)));
  CHECK(torch::equal(row(network, 0), drawn[0]));
  CHECK(torch::equal(row(network, 3), drawn[3]));
  const auto parameters = network.named_parameters();
  CHECK(torch::equal(parameters["transformer.enc_out_class_embed.2.bias"][2],
                     old.named_parameters()["transformer.enc_out_class_embed.2.bias"][0]));
  CHECK(torch::equal(network.query_feat->weight, old.query_feat->weight));
  REQUIRE(report.reset.size() == 2);
  CHECK_THAT(report.reset[0], Catch::Contains("sheep"));
  CHECK_THAT(report.reset[1], Catch::Contains("goat"));
}

TEST_CASE("Rows that nothing names are nobody's: they aren't taken by their place") {
  const vit::test::ScratchFolder scratch;
  vit::RfDetr old = detector(2, 1, small_rf_detr());
  const auto file = saved(old, scratch / "old.safetensors", {});
  vit::RfDetr network = detector(2, 2, small_rf_detr());
  const torch::Tensor drawn = network.class_embed->weight.detach().clone();
  CHECK(network.load(file, {"cat", "dog"}).reset.size() == 2);
  CHECK(torch::equal(network.class_embed->weight, drawn));
  CHECK(network.load(file, {"0", "1"}).reset.empty());  // outputs by their numbers
  CHECK(torch::equal(network.class_embed->weight, old.class_embed->weight));
}

TEST_CASE("Fewer groups of queries than the weights have are the first ones") {
  const vit::test::ScratchFolder scratch;
  vit::RfDetr old = detector(2, 1, small_rf_detr());
  const auto file = saved(old, scratch / "old.safetensors", {"a", "b"});
  vit::RfDetrOptions fewer = small_rf_detr();
  fewer.group_detr = 2;
  vit::RfDetr network = detector(2, 2, fewer);
  const vit::LoadReport report = network.load(file, {"a", "b"});
  CHECK(!report.dropped.empty());
  CHECK(torch::equal(network.query_feat->weight, old.query_feat->weight.narrow(0, 0, 10)));
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = random_tensor({1, 3, 16, 16});
  CHECK(torch::equal(network.candidates(x), old.candidates(x)));
}

TEST_CASE("A head of masks is taken where it is wanted, drawn where it is missing, or left out") {
  const vit::test::ScratchFolder scratch;
  vit::RfDetrOptions with_masks = small_rf_detr();
  with_masks.masks = true;
  vit::RfDetr old = detector(2, 1, with_masks), boxes_alone = detector(2, 2, small_rf_detr());
  const auto file = saved(old, scratch / "masks.safetensors", {"a", "b"});
  vit::RfDetrOptions taken;
  Names classes;
  vit::take_rf_detr_from(file, taken, classes);
  CHECK(taken.masks);
  const vit::LoadReport left_out = boxes_alone.load(file, {"a", "b"});
  CHECK(left_out.complete());
  REQUIRE_FALSE(left_out.dropped.empty());
  CHECK_THAT(left_out.dropped[0].reason, Catch::Contains("task.masks"));
  const auto weight = [](vit::RfDetr& of) {
    return of.segmentation_head->query_features_proj->weight;
  };
  vit::RfDetr network = detector(2, 3, with_masks);
  CHECK(network.load(file, {"a", "b"}).reset.empty());
  CHECK(torch::equal(weight(network), weight(old)));
  const auto plain = saved(boxes_alone, scratch / "boxes.safetensors", {"a", "b"});
  vit::take_rf_detr_from(plain, taken, classes);
  CHECK_FALSE(taken.masks);
  vit::RfDetr fresh = detector(2, 4, with_masks);
  const torch::Tensor drawn = weight(fresh).detach().clone();
  const vit::LoadReport report = fresh.load(plain, {"a", "b"});
  REQUIRE(report.reset.size() == 1);
  CHECK_THAT(report.reset[0], Catch::Contains("segmentation_head"));
  CHECK(torch::equal(weight(fresh), drawn));
}

TEST_CASE("Weights of another detector are refused with all that does not fit") {
  const vit::test::ScratchFolder scratch;
  vit::RfDetr old = detector(2, 1, small_rf_detr());
  const auto file = saved(old, scratch / "old.safetensors", {"a", "b"});
  vit::RfDetrOptions deeper = small_rf_detr();
  deeper.dec_layers = 3;
  deeper.num_queries = 6;
  vit::RfDetr network = detector(2, 2, deeper);
  CHECK_THROWS_WITH(network.load(file, {"a", "b"}),
                    Catch::Contains("transformer.decoder.layers.2.norm1.weight") &&
                        Catch::Contains("query_feat.weight"));
}
