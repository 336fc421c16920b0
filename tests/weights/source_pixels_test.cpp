#include "vit/weights/source_pixels.h"

#include "tests/catch.h"

namespace {

using nlohmann::json;
using vit::Recognised;

Recognised processor(const std::string& text, const std::string& model_type = "vit") {
  vit::SourceConfig config;
  config.preprocessor = json::parse(text);
  config.model_type = model_type;
  Recognised result;
  vit::read_processor(config, result);
  return result;
}

using Values = std::vector<double>;

}  // namespace

TEST_CASE("A size of both sides is squashed, one of the shorter edge is cropped") {
  Recognised found = processor(R"({"size": {"height": 32, "width": 32}})");
  CHECK(found.crop_mode == "squash");
  CHECK(found.crop_pct == 1.0);
  CHECK(found.pixels_size == vit::Size2{32, 32});
  CHECK(found.interpolation == "bilinear");
  // Of before version 4.22: a number means both sides to a ViT, the shorter one to CLIP.
  CHECK(processor(R"({"size": 32})").crop_mode == "squash");
  found = processor(R"({"size": 40, "crop_size": 32, "feature_extractor_type":
                        "CLIPFeatureExtractor"})");
  CHECK(found.crop_mode == "center");
  CHECK(found.crop_pct == 0.8);
  CHECK(found.crop_offset == "floor");
}

TEST_CASE("A resize to both sides before a crop squashes, then crops") {
  const Recognised found = processor(
      R"({"image_processor_type": "DeiTImageProcessor", "size": {"height": 40, "width": 40},
          "crop_size": {"height": 32, "width": 32}})");
  CHECK(found.crop_mode == "squash");
  CHECK(found.crop_pct == 0.8);
  CHECK(found.pixels_size == vit::Size2{32, 32});
}

TEST_CASE("Dividing by crop_pct and rounding down gives the resized side again") {
  for (const int resized : {225, 235, 236, 248, 249, 255, 256, 257, 292, 333}) {
    const Recognised found =
        processor(R"({"image_processor_type": "BitImageProcessor", "size": {"shortest_edge": )" +
                  std::to_string(resized) + R"(}, "crop_size": {"height": 224, "width": 224}})");
    CHECK(std::floor(224 / *found.crop_pct) == resized);
  }
}

TEST_CASE("ConvNeXt crops below 384 pixels and squashes from there on") {
  Recognised found = processor(
      R"({"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 32},
          "crop_pct": 0.8})");
  CHECK(found.crop_mode == "center");
  CHECK(std::floor(32 / *found.crop_pct) == 40);
  found = processor(R"({"size": {"shortest_edge": 384}, "crop_pct": 0.8})", "convnext");
  CHECK(found.crop_mode == "squash");
  CHECK(found.crop_pct == 1.0);
}

TEST_CASE("Normalisation and scale are one mean and one deviation") {
  Recognised found = processor(R"({"do_normalize": false})");
  CHECK(found.mean == Values{0, 0, 0});
  CHECK(found.std == Values{1, 1, 1});
  found =
      processor(R"({"rescale_factor": 0.00784313725490196, "do_normalize": false})");  // 1 / 127.5
  CHECK((*found.std)[0] == Approx(0.5));
  found =
      processor(R"({"do_rescale": false, "image_mean": [127.5, 0, 0], "image_std": [255, 1, 1]})");
  CHECK((*found.mean)[0] == Approx(0.5));
  CHECK((*found.std)[0] == Approx(1.0));
  found = processor(R"({"image_mean": [0.1, 0.2, 0.3], "image_std": [0.4, 0.5, 0.6]})");
  CHECK(found.mean == Values{0.1, 0.2, 0.3});
  CHECK(found.std == Values{0.4, 0.5, 0.6});
  // What a class has where its file is silent.
  CHECK(processor("{}", "clip_vision_model").mean == Values{0.48145466, 0.4578275, 0.40821073});
  CHECK(processor("{}", "dinov3_vit").mean == Values{0.485, 0.456, 0.406});
}

TEST_CASE("Resampling filters by Pillow's numbers; no resize at all") {
  CHECK(processor(R"({"resample": 0})").interpolation == "nearest");
  CHECK(processor(R"({"resample": 4})").interpolation == "box");
  CHECK(processor(R"({"resample": 9})").assumptions.size() == 1);
  CHECK(processor(R"({"do_resize": false})").crop_mode == "squash");
  CHECK(processor(R"({"do_resize": false, "do_center_crop": true, "crop_size": 32})").crop_mode ==
        "crop");
}

TEST_CASE("What cannot be said in data is told") {
  for (const std::string text :
       {R"({"image_processor_type": "GlpnImageProcessor"})",
        R"({"size": {"shortest_edge": 30, "longest_edge": 50}})", R"({"rescale_offset": true})",
        R"({"do_flip_channel_order": true})", R"({"do_pad": true})",
        R"({"size": {"height": 40, "width": 48}, "do_center_crop": true, "crop_size": 32})"}) {
    CAPTURE(text);
    const Recognised found = processor(text);
    REQUIRE_FALSE(found.assumptions.empty());
    CHECK_THAT(found.assumptions[0], Catch::Contains("preprocessing: "));
  }
}

TEST_CASE("timm's pretrained_cfg, with the defaults of its class") {
  Recognised found;
  vit::read_timm_pixels(
      json::parse(R"({"crop_mode": "border", "crop_pct": 0.8, "mean": [0.5, 0.4, 0.3],
      "std": [0.2, 0.3, 0.4], "interpolation": "bilinear"})"),
      found);
  CHECK(found.crop_mode == "border");
  CHECK(found.crop_pct == 0.8);
  CHECK(found.mean == Values{0.5, 0.4, 0.3});
  CHECK(found.interpolation == "bilinear");
  Recognised silent;
  vit::read_timm_pixels(json::object(), silent);
  CHECK(silent.mean == Values{0.485, 0.456, 0.406});
  CHECK(silent.crop_pct == 0.875);
  CHECK(silent.crop_mode == "center");
  CHECK(silent.assumptions.empty());
}

TEST_CASE("open_clip's preprocess_cfg") {
  const auto read = [](const std::string& text) {
    Recognised found;
    vit::read_open_clip_pixels(json::parse(text), found);
    return found;
  };
  CHECK(read("{}").crop_mode == "center");
  CHECK(read("{}").mean == Values{0.48145466, 0.4578275, 0.40821073});
  CHECK(read(R"({"resize_mode": "squash"})").crop_mode == "squash");
  const Recognised longest = read(R"({"resize_mode": "longest", "fill_color": 7})");
  CHECK(longest.crop_mode == "border");
  CHECK(longest.crop_fill == Values{7, 7, 7});
  CHECK(read(R"({"resize_mode": "longest"})").crop_fill == Values{0, 0, 0});
}

TEST_CASE("Class names of another number than the outputs are left out") {
  vit::SourceConfig config;
  config.path = "config.json";
  Recognised found;
  found.options["num_classes"] = "2";
  found.labels = {"cat", "dog"};
  vit::forget_foreign_labels(config, found);
  CHECK(found.labels.size() == 2);
  found.options["num_classes"] = "3";
  vit::forget_foreign_labels(config, found);
  CHECK(found.labels.empty());
  CHECK(found.assumptions.size() == 1);
}
