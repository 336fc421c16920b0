#include <torch/types.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "vit/core/error.h"
#include "vit/models/registry.h"
#include "vit/models/vit.h"
#include "vit/weights/load.h"
#include "vit/weights/option_setter.h"
#include "vit/weights/recognise.h"

// Windowed ViTs with decomposed relative positions: their names, and that they compute what their
// sources do. Weights and images are sines, which another program makes again.
namespace {

using vit::TensorMap;

torch::Tensor sine(const std::vector<std::int64_t>& shape, double scale, double step, double phase,
                   double offset = 0) {
  torch::Tensor x = torch::empty(shape);
  auto* values = x.data_ptr<float>();
  for (std::int64_t i = 0; i < x.numel(); ++i)
    values[i] =
        static_cast<float>(offset + scale * std::sin(step * static_cast<double>(i) + phase));
  return x;
}

/// Each tensor's numbers follow from its place among the sorted names.
void fill(TensorMap& tensors) {
  double place = 0;
  for (auto& [name, tensor] : tensors) {
    const bool norm = name.find("norm") != name.npos && name.ends_with("weight");
    tensor = sine(tensor.sizes().vec(), 0.2, 0.7, place++, norm ? 1 : 0);
  }
}

/// Width 32, three blocks of two heads, patches of 4 pixels; windows of 3 by 3 in blocks 0 and 2,
/// the whole grid of 7 by 7 in block 1.
TensorMap encoder(const std::string& prefix, const std::string& fc) {
  TensorMap tensors;
  const auto add = [&](const std::string& name, std::vector<std::int64_t> shape) {
    tensors[prefix + name] = torch::empty(shape);
  };
  const auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
    add(name + ".weight", {out, in});
    add(name + ".bias", {out});
  };
  add("patch_embed.proj.weight", {32, 3, 4, 4});
  add("patch_embed.proj.bias", {32});
  for (int i = 0; i < 3; ++i) {
    const std::string block = "blocks." + std::to_string(i) + ".";
    for (const char* norm : {"norm1", "norm2"})
      for (const char* kind : {".weight", ".bias"}) add(block + norm + kind, {32});
    linear(block + "attn.qkv", 96, 32);
    linear(block + "attn.proj", 32, 32);
    for (const char* axis : {"h", "w"}) add(block + "attn.rel_pos_" + axis, {i == 1 ? 13 : 5, 16});
    linear(block + "mlp." + fc + "1", 64, 32);
    linear(block + "mlp." + fc + "2", 32, 64);
  }
  return tensors;
}

TensorMap detectron2(bool positions) {
  TensorMap tensors = encoder("backbone.net.", "fc");
  if (positions) tensors["backbone.net.pos_embed"] = torch::empty({1, 17, 32});
  fill(tensors);
  return tensors;
}

torch::Tensor image(std::int64_t height, std::int64_t width) {
  return sine({1, 3, height, width}, 1, 0.3, M_PI / 2);
}

struct Loaded {
  vit::Recognised recognised;
  vit::LoadReport report;
  std::shared_ptr<vit::ImageModel> model;
};

/// The model that the tensors tell, with `changes`, and the weights in it.
Loaded load(const TensorMap& tensors, const std::map<std::string, std::string>& changes = {}) {
  vit::WeightsFile file{"test.pkl", "", "", {}, vit::to_timm(tensors, "test.pkl")};
  Loaded loaded{vit::recognise_shapes(file.weights), {}, nullptr};
  vit::ModelSpec spec = vit::model_spec(loaded.recognised.name);
  std::map<std::string, std::string> options = loaded.recognised.options;
  for (const auto& [key, value] : changes) options[key] = value;
  for (const auto& [key, value] : options) {
    INFO(key << ": " << value);
    const nlohmann::json json =
        nlohmann::json::accept(value) ? nlohmann::json::parse(value) : nlohmann::json(value);
    REQUIRE(vit::set_option(spec, key, json) == vit::SetResult::set);
  }
  loaded.model = vit::create_model(spec);
  loaded.report = vit::load_weights(*loaded.model, file);
  loaded.model->module().eval();
  return loaded;
}

/// Sum, sum of absolute values, first, last and middle number of the last block's map.
void check_map(vit::ImageModel& model, const torch::Tensor& x,
               const std::array<double, 5>& expected) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor map = model.features(x)[0].map();
  const torch::Tensor flat = map.contiguous().flatten();
  const auto near = [](double value) { return Approx(value).epsilon(1e-5).margin(2e-5); };
  CHECK(flat.sum().item<double>() == Approx(expected[0]).margin(2e-5 * expected[1]));
  CHECK(flat.abs().sum().item<double>() == near(expected[1]));
  CHECK(flat[0].item<double>() == near(expected[2]));
  CHECK(flat[-1].item<double>() == near(expected[3]));
  CHECK(flat[flat.size(0) / 2].item<double>() == near(expected[4]));
}

}  // namespace

TEST_CASE("A ViTDet backbone is recognised, loaded and computes as detectron2's") {
  TensorMap tensors = detectron2(true);
  // What else is in a detector's file.
  for (const char* name :
       {"backbone.simfp_2.0.weight", "backbone.simfp_5.1.norm.bias",
        "proposal_generator.rpn_head.conv.weight", "roi_heads.box_head.0.fc1.weight"})
    tensors[name] = torch::ones({2});
  const Loaded loaded = load(tensors);
  CHECK(loaded.report.convention == "detectron2's ViTDet");
  const auto& options = loaded.recognised.options;
  CHECK(options.at("window_size") == "3");
  CHECK(options.at("global_attn_indexes") == "[1]");
  CHECK(options.at("rel_pos") == "decomposed");
  CHECK(options.at("img_size") == "28");
  CHECK(options.at("num_heads") == "2");
  CHECK(options.at("class_token") == "false");
  CHECK(options.at("final_norm") == "false");
  CHECK(loaded.recognised.mean == std::vector<double>{0.485, 0.456, 0.406});
  CHECK(loaded.report.dropped.size() == 4);
  REQUIRE(loaded.report.resampled.size() == 1);
  CHECK(loaded.report.resampled[0].what == "from 4x4 to 7x7 patches by bicubic");
  check_map(*loaded.model, image(28, 28),
            {-167.093109, 2425.031738, -1.775907, -0.733764, -0.564071});
}

TEST_CASE("Relative positions are interpolated to another grid as detectron2 does it") {
  const TensorMap tensors = detectron2(false);
  check_map(*load(tensors).model, image(28, 28),
            {-167.558075, 2505.425293, -1.434158, -2.265114, -0.248506});
  const std::array<double, 5> other = {-153.607513, 2148.161621, -2.046245, -1.378443, -0.664362};
  // For each image, and once when the weights are loaded.
  check_map(*load(tensors, {{"dynamic_img_size", "true"}}).model, image(20, 36), other);
  const Loaded fixed = load(tensors, {{"img_size", "[20, 36]"}});
  CHECK(fixed.report.resampled.size() == 2);
  check_map(*fixed.model, image(20, 36), other);
}

TEST_CASE("Segment Anything's image encoder computes as timm's, up to its last block") {
  TensorMap tensors = encoder("image_encoder.", "lin");
  tensors["image_encoder.pos_embed"] = torch::empty({1, 7, 7, 32});
  tensors["image_encoder.neck.0.weight"] = torch::empty({8, 32, 1, 1});
  tensors["image_encoder.neck.2.weight"] = torch::empty({8, 8, 3, 3});
  for (const char* norm : {"1", "3"})
    for (const char* kind : {".weight", ".bias"})
      tensors["image_encoder.neck." + std::string(norm) + kind] = torch::empty({8});
  fill(tensors);
  tensors["mask_decoder.iou_token.weight"] = tensors["prompt_encoder.no_mask_embed.weight"] =
      torch::ones({1, 8});
  const Loaded loaded = load(tensors);
  CHECK(loaded.report.convention == "Segment Anything");
  CHECK(loaded.recognised.options.at("window_size") == "3");
  CHECK(loaded.recognised.options.at("norm_eps") == "1e-6");
  CHECK(loaded.report.dropped.size() == 8);
  check_map(*loaded.model, image(28, 28),
            {-168.428864, 2328.109863, -2.159151, -1.17465, -0.717777});
}

TEST_CASE("Blocks whose windows differ in size are refused, and a convolution behind a block too") {
  TensorMap tensors = detectron2(false);
  tensors["backbone.net.blocks.2.attn.rel_pos_h"] = torch::zeros({7, 16});
  CHECK_THROWS_WITH(load(tensors), Catch::Contains("block 2 are for 4x3 patches"));
  tensors = detectron2(false);
  tensors["backbone.net.blocks.2.residual.conv1.weight"] = torch::zeros({16, 32, 1, 1});
  CHECK_THROWS_WITH(load(tensors), Catch::Contains("blocks.2.residual.conv1.weight"));
}

TEST_CASE("A published ViTDet is a variant, with a global block in each quarter") {
  const auto options = [](const std::string& name) {
    return std::get<vit::ViTOptions>(vit::model_spec(name).options);
  };
  CHECK(options("vitdet_base_patch16_1024").global_attn_indexes ==
        std::vector<std::int64_t>{2, 5, 8, 11});
  CHECK(options("vitdet_large_patch16_1024").global_attn_indexes ==
        std::vector<std::int64_t>{5, 11, 17, 23});
  CHECK(options("vitdet_huge_patch16_1024").global_attn_indexes ==
        std::vector<std::int64_t>{7, 15, 23, 31});
}
