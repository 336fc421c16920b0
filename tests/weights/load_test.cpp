#include "vit/weights/load.h"

#include <torch/types.h>

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/weights/spelled_vit.h"
#include "vit/core/error.h"
#include "vit/models/vit.h"
#include "vit/weights/tensors.h"

// Loading: what is said about every tensor, and what is refused.
namespace {

using vit::LoadReport;
using vit::TensorMap;
using vit::test::timm_vit;

vit::ViTOptions options() {
  vit::ViTOptions o;
  o.img_size = {8, 8};
  o.patch_size = {4, 4};
  o.embed_dim = vit::test::kDim;
  o.depth = vit::test::kDepth;
  o.num_heads = vit::test::kHeads;
  o.mlp_ratio = 1.5;
  o.num_classes = vit::test::kClasses;
  return o;
}

vit::WeightsFile file_of(const TensorMap& tensors) {
  return {"weights.safetensors", "safetensors", "", {}, vit::to_timm(tensors, "test")};
}

LoadReport load(const TensorMap& tensors, const vit::ViTOptions& o,
                const vit::LoadOptions& how = {}) {
  vit::VisionTransformer model(o);
  model->init_weights(1);
  return vit::load_weights(*model, file_of(tensors), how);
}

vit::Error refusal(const TensorMap& tensors, const vit::ViTOptions& o,
                   const vit::LoadOptions& how = {}) {
  try {
    load(tensors, o, how);
  } catch (const vit::Error& error) {
    CHECK(error.kind() == vit::ErrorKind::weights);
    return error;
  }
  FAIL("no error");
  throw;
}

TensorMap without_head() {
  TensorMap tensors = timm_vit();
  tensors.erase("head.weight");
  tensors.erase("head.bias");
  return tensors;
}

}  // namespace

TEST_CASE("A file that fits is copied whole, whatever its element type") {
  vit::VisionTransformer model(options());
  TensorMap half = timm_vit();
  for (auto& [name, tensor] : half) tensor = tensor.to(torch::kBFloat16);
  const LoadReport report = vit::load_weights(*model, file_of(half));
  CHECK(report.matched.size() == half.size());
  CHECK(report.convention == "timm");
  CHECK(report.summary() == vit::str(half.size(), " tensors matched"));
  CHECK(torch::equal(model->norm->weight, half.at("norm.weight").to(torch::kFloat32)));
}

TEST_CASE(
    "A file read for one model gives it its memory; one that is kept, or tied twice, a copy") {
  const TensorMap tensors = timm_vit();
  vit::WeightsFile file = file_of(tensors);
  vit::VisionTransformer keeps(options()), takes(options());
  vit::load_weights(*keeps, file);
  CHECK(keeps->norm->weight.data_ptr() != tensors.at("norm.weight").data_ptr());
  const torch::Tensor before = takes->norm->weight;  // as an optimizer holds it
  vit::load_weights(*takes, std::move(file));
  CHECK(takes->norm->weight.data_ptr() == tensors.at("norm.weight").data_ptr());
  CHECK(before.data_ptr() == takes->norm->weight.data_ptr());
  CHECK(takes->norm->weight.requires_grad());

  TensorMap tied = timm_vit();
  tied["blocks.0.norm1.weight"] = tied.at("norm.weight");
  vit::VisionTransformer apart(options());
  vit::load_weights(*apart, file_of(tied));
  const torch::Tensor other = apart->named_parameters()["blocks.0.norm1.weight"];
  CHECK(torch::equal(other, apart->norm->weight));
  CHECK(other.data_ptr() != apart->norm->weight.data_ptr());
}

TEST_CASE("Another grid is resampled as the source does it, which the report says") {
  vit::ViTOptions larger = options();
  larger.img_size = {12, 16};
  LoadReport report = load(timm_vit(), larger);
  REQUIRE(report.resampled.size() == 1);
  CHECK(report.resampled[0].name == "pos_embed");
  CHECK(report.resampled[0].what == "from 2x2 to 3x4 patches by bicubic_antialias");
  CHECK_THAT(report.summary(), Catch::Contains("2x2 to 3x4 patches by bicubic_antialias"));

  TensorMap mae = without_head();
  mae["decoder_embed.weight"] = torch::zeros({1});
  larger.num_classes = 0;
  report = load(mae, larger);
  CHECK(report.resampled.at(0).what == "from 2x2 to 3x4 patches by bicubic");
  REQUIRE(report.dropped.size() == 1);
  report = load(mae, larger, {.pos_embed_resample = vit::Interpolation::bilinear});
  CHECK(report.resampled.at(0).what == "from 2x2 to 3x4 patches by bilinear");
}

TEST_CASE(
    "Positions that are as many as the model's are its own, unless the file's grid is known") {
  vit::ViTOptions wide = options();
  wide.img_size = {4, 16};
  CHECK(load(timm_vit(), wide).resampled.empty());
  CHECK(load(timm_vit(), wide, {.file_img_size = vit::Size2{8, 8}}).resampled.at(0).what ==
        "from 2x2 to 1x4 patches by bicubic_antialias");
}

TEST_CASE("Integers in the place of weights are refused, whatever the tensor is called") {
  TensorMap tensors = timm_vit(/*layer_scale=*/true);
  tensors.at("blocks.0.ls1.gamma") = torch::ones({vit::test::kDim}, torch::kInt8);
  vit::ViTOptions o = options();
  o.init_values = 1e-5;
  const vit::Error error = refusal(tensors, o);
  CHECK_THAT(error.problem(), Catch::Contains("blocks.0.ls1.gamma") && Catch::Contains("Char"));
}

TEST_CASE("A counter beside the weights is left out by name, another tensor is not") {
  TensorMap tensors = timm_vit();
  tensors["steps"] = torch::tensor(std::int64_t{7});
  const LoadReport report = load(tensors, options());
  REQUIRE(report.dropped.size() == 1);
  CHECK(report.dropped[0].name == "steps");
  tensors["steps"] = torch::tensor(7.0F);
  CHECK_THAT(refusal(tensors, options()).problem(), Catch::Contains("steps"));
}

TEST_CASE("Any number of channels is fitted as timm does it") {
  const auto adapted = [](std::int64_t from, std::int64_t to) {
    TensorMap tensors = timm_vit();
    torch::Tensor& kernel = tensors.at("patch_embed.proj.weight");
    kernel = kernel.repeat({1, 5, 1, 1}).narrow(1, 0, from).contiguous();
    vit::ViTOptions other = options();
    other.in_chans = to;
    vit::VisionTransformer model(other);
    const LoadReport report = vit::load_weights(*model, file_of(tensors));
    REQUIRE(report.resampled.size() == 1);
    CHECK(report.resampled[0].what.find("from " + std::to_string(from) +
                                        (from == 1 ? " channel to " : " channels to ") +
                                        std::to_string(to)) != std::string::npos);
    return std::pair{kernel, model->named_parameters()["patch_embed.proj.weight"].detach()};
  };
  for (const std::int64_t to : {20, 26, 3}) {
    const auto [kernel, found] = adapted(13, to);
    CHECK(torch::allclose(
        found, kernel.repeat({1, 2, 1, 1}).narrow(1, 0, to) * (13 / static_cast<double>(to))));
  }
  const auto [colours, grey] = adapted(13, 1);
  CHECK(torch::allclose(grey, colours.sum(1, true)));
  const auto [one, three] = adapted(1, 3);
  CHECK(torch::allclose(three, one.repeat({1, 3, 1, 1}) / 3));
}

TEST_CASE("Another patch size and other channels are fitted") {
  vit::ViTOptions other = options();
  other.patch_size = {8, 8};
  other.img_size = {16, 16};
  other.in_chans = 1;
  const LoadReport report = load(timm_vit(), other);
  REQUIRE(report.resampled.size() == 1);
  CHECK(report.resampled[0].what ==
        "from patches of 4x4 to 8x8 by the pseudo-inverse of bicubic_antialias, from 3 channels to "
        "1, their sum");
}

TEST_CASE("A head for other classes is an error, and resetting it the remedy") {
  vit::ViTOptions five = options();
  five.num_classes = 5;
  const vit::Error error = refusal(timm_vit(), five);
  CHECK_THAT(error.problem(),
             Catch::Contains("head.weight: the model has [5, 8], the file [3, 8]"));
  CHECK_THAT(error.remedy(), Catch::Contains("init.reset_head: true"));
  const LoadReport report = load(timm_vit(), five, {.reset_head = true});
  CHECK(report.reset == std::vector<std::string>{"head.bias", "head.weight"});
}

TEST_CASE("A backbone without a head: the remedies are a new head, or none") {
  const vit::Error error = refusal(without_head(), options());
  CHECK_THAT(error.problem(), Catch::Contains("2 missing in the file: head.bias, head.weight"));
  CHECK_THAT(error.remedy(),
             Catch::Contains("init.reset_head: true") && Catch::Contains("model.num_classes: 0"));
  vit::ViTOptions features = options();
  features.num_classes = 0;
  CHECK(load(without_head(), features).complete());
  CHECK(load(timm_vit(), features).dropped.size() == 2);  // asked for by num_classes
}

TEST_CASE("A new head behind pooling takes a new norm with it") {
  vit::ViTOptions pooled = options();
  pooled.global_pool = "avg";
  CHECK_THAT(refusal(timm_vit(), pooled).remedy(), Catch::Contains("model.fc_norm: false"));
  const LoadReport report = load(timm_vit(), pooled, {.reset_head = true});
  CHECK(report.reset ==
        std::vector<std::string>{"fc_norm.bias", "fc_norm.weight", "head.bias", "head.weight"});
  CHECK(report.dropped.size() == 2);  // norm
}

TEST_CASE("Everything else that differs is refused, and the model stays as it was") {
  TensorMap tensors = timm_vit();
  tensors["reg_token"] = torch::zeros({1, 4, 8});
  tensors.erase("norm.bias");
  tensors["cls_token"] = torch::zeros({1, 1, 3});
  vit::VisionTransformer model(options());
  model->init_weights(1);
  const torch::Tensor before = model->norm->weight.clone();
  CHECK_THROWS_AS(vit::load_weights(*model, file_of(tensors), {.reset_head = true}), vit::Error);
  CHECK(torch::equal(model->norm->weight, before));
  const std::string problem = refusal(tensors, options()).problem();
  for (const char* part :
       {"1 missing in the file: norm.bias", "1 unexpected in the file: reg_token",
        "cls_token: the model has [1, 1, 8], the file [1, 1, 3]"})
    CHECK_THAT(problem, Catch::Contains(part));
}

TEST_CASE("A tensor that no model here has is refused by name, with a new head too") {
  TensorMap tensors = timm_vit();
  tensors["shared_rel_pos.mlp.fc1.weight"] = torch::zeros({1});  // as timm's vit_srelpos has it
  for (const bool reset_head : {false, true})
    CHECK_THAT(refusal(tensors, options(), {.reset_head = reset_head}).problem(),
               Catch::Contains("1 unexpected in the file: shared_rel_pos.mlp.fc1.weight"));
}

TEST_CASE("Numbers beside the weights that nothing could have been computed with are left out") {
  TensorMap tensors = timm_vit();
  tensors["extra.thresholds"] = torch::zeros({29});
  const LoadReport report = load(tensors, options());
  REQUIRE(report.dropped.size() == 1);
  CHECK(report.dropped[0].name == "extra.thresholds");
  // One that has the model's width could have been added to the tokens.
  tensors["extra.thresholds"] = torch::zeros({vit::test::kDim});
  CHECK_THAT(refusal(tensors, options()).problem(), Catch::Contains("extra.thresholds"));
}

TEST_CASE("A head of two layers is refused by name, left out for a new one, or for features") {
  TensorMap tensors = without_head();
  tensors["head.0.weight"] = torch::zeros({5, vit::test::kDim});
  tensors["head.2.weight"] = torch::zeros({3, 5});
  const vit::Error error = refusal(tensors, options());
  CHECK_THAT(error.problem(), Catch::Contains("head.0.weight, head.2.weight"));
  CHECK_THAT(error.remedy(), Catch::Contains("init.reset_head: true"));
  LoadReport report = load(tensors, options(), {.reset_head = true});
  CHECK(report.dropped.size() == 2);
  CHECK_THAT(report.summary(),
             Catch::Contains("2 left out, the head is reset: head.0.weight, head.2.weight"));
  vit::ViTOptions features = options();
  features.num_classes = 0;
  CHECK(load(tensors, features).head_left_out);
  CHECK_THROWS_AS(load(tensors, features, {.needs_head = true}), vit::Error);
}

TEST_CASE("A classifier isn't lost because the model's variant has none") {
  vit::ViTOptions features = options();
  features.num_classes = 0;
  CHECK(load(timm_vit(), features).head_left_out);
  CHECK_THAT(refusal(timm_vit(), features, {.needs_head = true}).remedy(),
             Catch::Contains("model.num_classes: 3"));
  CHECK_FALSE(load(without_head(), features, {.needs_head = true}).head_left_out);
}

TEST_CASE("A head that reads class token and mean of the patches says which pooling it needs") {
  TensorMap tensors = timm_vit();
  tensors["head.weight"] = torch::ones({3, 2 * vit::test::kDim});
  CHECK_THAT(refusal(tensors, options()).remedy(), Catch::Contains("model.global_pool: token_avg"));
  vit::ViTOptions both = options();
  both.global_pool = "token_avg";
  CHECK(load(tensors, both).complete());
}

TEST_CASE("LayerScale has two names, and a model takes either for its own") {
  TensorMap tensors = timm_vit(true);
  vit::ViTOptions eva = options();
  eva.init_values = 1e-5;
  eva.layer_scale = "gamma";
  const LoadReport report = load(tensors, eva);
  CHECK(report.complete());
  CHECK(report.renamed.size() == 2 * vit::test::kDepth);
}

TEST_CASE("The summary names the first ten tensors of each reason, and counts the others") {
  LoadReport report;
  for (int i = 0; i < 12; ++i) report.dropped.push_back({vit::str("a", i), "old"});
  report.missing = {"norm.bias"};
  const std::string text = report.summary();
  CHECK_THAT(text, Catch::Contains("12 left out, old: a0, a1, a2"));
  CHECK_THAT(text, Catch::Contains("a9, … (2 more)"));
  CHECK_THAT(text, Catch::Contains("1 missing in the file: norm.bias"));
}

TEST_CASE("The report as text and as JSON has what happened to every tensor") {
  TensorMap tensors = timm_vit(true);
  TensorMap deit3;
  for (const auto& [name, tensor] : tensors) {
    const auto other = vit::other_name({"blocks.*.ls1.gamma", "blocks.*.gamma_1"}, name);
    deit3[other.value_or(name)] = tensor;
  }
  for (const std::string i : {"0", "1"}) {
    deit3["blocks." + i + ".gamma_2"] = deit3.at("blocks." + i + ".ls2.gamma");
    deit3.erase("blocks." + i + ".ls2.gamma");
  }
  vit::ViTOptions o = options();
  o.init_values = 1e-5;
  const LoadReport report = load(deit3, o);
  CHECK_THAT(report.details(), Catch::Contains("blocks.0.ls1.gamma: was blocks.0.gamma_1"));
  const nlohmann::json json = vit::to_json(report);
  CHECK(json.at("convention") == "DeiT-III");
  CHECK(json.at("renamed").size() == 4);
  CHECK(json.at("matched").size() == tensors.size());
}
