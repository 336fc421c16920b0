#include "vit/weights/source_config.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("The description of weights is of timm, of transformers, or of open_clip") {
  const ScratchFolder folder;
  const auto find = [&](const Convention& convention) {
    return find_config(folder / "model.safetensors", convention);
  };
  CHECK_FALSE(find(kTimm));
  put(folder / "open_clip_config.json", R"({"model_cfg": {}})");
  CHECK_FALSE(find(kTimm));
  REQUIRE(find(kOpenAIClip));
  CHECK(find(kOpenAIClip)->kind == ConfigKind::open_clip);
  put(folder / "config.json", R"({"architecture": "vit_tiny_patch16_224"})");
  CHECK(find(kTimm)->kind == ConfigKind::timm);
  CHECK(find(kOpenAIClip)->kind == ConfigKind::open_clip);
  put(folder / "config.json",
      R"({"model_type": "clip", "id2label": {"0": "cat"}, "vision_config": {"hidden_size": 8}})");
  const auto tower = find(kTimm);
  REQUIRE(tower);
  CHECK(tower->kind == ConfigKind::transformers);
  CHECK(tower->model_type == "clip_vision_model");
  CHECK(tower->json.at("hidden_size") == 8);
  CHECK(tower->json.at("id2label").at("0") == "cat");
  CHECK(tower->preprocessor.is_null());
}

TEST_CASE("A processor stands in a file of its own, or with a tokenizer's") {
  const ScratchFolder folder;
  put(folder / "config.json", R"({"model_type": "vit"})");
  put(folder / "processor_config.json", R"({"image_processor": {"size": 32}})");
  CHECK(find_config(folder / "a.bin", kTimm)->preprocessor.at("size") == 32);
  put(folder / "preprocessor_config.json", R"({"size": 48})");
  CHECK(find_config(folder / "a.bin", kTimm)->preprocessor.at("size") == 48);
}

TEST_CASE("Class names by number, or in order") {
  using nlohmann::json;
  CHECK(names_of(json::parse(R"({"1": "dog", "0": "cat"})")) ==
        std::vector<std::string>{"cat", "dog"});
  CHECK(names_of(json::parse(R"(["cat", "dog"])")).size() == 2);
  CHECK(names_of(json::parse(R"({"0": "cat", "2": "dog"})")).empty());
  CHECK(names_of(json::parse(R"({"0": 3})")).empty());
  CHECK(names_of(json()).empty());
}
