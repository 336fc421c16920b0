#include "vit/tasks/detect/rf_detr_file.h"

#include <torch/types.h>

#include <fstream>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/shared.h"
#include "tests/tasks/detect/rf_detr_fixture.h"
#include "vit/core/error.h"

using vit::test::saved, vit::test::shared;

TEST_CASE("Roboflow's names and transformers' are the same tensors under ours") {
  const auto folder = shared("fixtures/models/hf_rf_detr");
  if (!folder) return;
  REQUIRE(vit::is_rf_detr(*folder / "weights.safetensors"));
  REQUIRE(vit::is_rf_detr(*folder / "weights_original.safetensors"));
  const vit::RfDetrFile theirs = vit::read_rf_detr(*folder / "weights.safetensors");
  const vit::RfDetrFile original = vit::read_rf_detr(*folder / "weights_original.safetensors");
  CHECK(theirs.source == "RF-DETR of transformers");
  CHECK(original.source == "RF-DETR of Roboflow");
  REQUIRE(theirs.others.tensors.size() == original.others.tensors.size());
  for (const auto& [name, tensor] : original.others.tensors) {
    INFO(name);
    REQUIRE(theirs.others.tensors.contains(name));
    CHECK(torch::equal(theirs.others.tensors.at(name), tensor));
  }
  const auto& body = original.backbone.weights.names.tensors;
  REQUIRE(body.contains("blocks.0.attn.qkv.weight"));
  for (const auto& [name, tensor] : body)
    CHECK(torch::equal(theirs.backbone.weights.names.tensors.at(name), tensor));
}

TEST_CASE("The head of masks has Roboflow's names, whoever wrote it") {
  const auto folder = shared("fixtures/models/hf_rf_detr_seg");
  if (!folder) return;
  const vit::RfDetrFile file = vit::read_rf_detr(*folder / "weights.safetensors");
  CHECK(file.has_masks());
  std::ifstream stream(*folder / "names_original.json");
  const nlohmann::json original = nlohmann::json::parse(stream);
  std::size_t heads = 0;
  for (const auto& [name, theirs] : original.items()) {
    if (!name.starts_with("segmentation_head.")) continue;
    INFO(name);
    CHECK(file.others.tensors.contains(name));
    ++heads;
  }
  CHECK(heads == 23);
  const auto boxes = shared("fixtures/models/hf_rf_detr");
  CHECK_FALSE(vit::read_rf_detr(*boxes / "weights.safetensors").has_masks());
}

TEST_CASE("A checkpoint of our own is read, and its averages in place of its weights") {
  const vit::test::ScratchFolder scratch;
  vit::RfDetr network(vit::test::windowed_vit({16, 16}), vit::test::small_rf_detr(), 3);
  const auto plain = saved(network, scratch / "own.safetensors", {"a", "b", "c"});
  REQUIRE(vit::is_rf_detr(plain));
  const vit::RfDetrFile file = vit::read_rf_detr(plain);
  CHECK(file.source == "vit");
  CHECK(file.classes == std::vector<std::string>{"a", "b", "c"});
  CHECK(file.count("transformer.enc_output.") == 3);
  CHECK(file.size("class_embed.weight", 1) == 16);
  const auto averaged = saved(network, scratch / "ema.safetensors", {}, "ema/");
  CHECK(vit::is_rf_detr(averaged));
  CHECK(torch::equal(vit::read_rf_detr(averaged).others.tensors.at("class_embed.weight"),
                     network.class_embed->weight));
}

TEST_CASE("Outputs of 91 classes are COCO's by its ids, others of no name have none") {
  const vit::test::ScratchFolder scratch;
  vit::RfDetr coco(vit::test::windowed_vit({16, 16}), vit::test::small_rf_detr(), 91);
  const vit::RfDetrFile file = vit::read_rf_detr(saved(coco, scratch / "coco.safetensors", {}));
  REQUIRE(file.classes.size() == 91);
  CHECK(file.classes[0] == "N/A");
  CHECK(file.classes[17] == "cat");
  vit::RfDetr three(vit::test::windowed_vit({16, 16}), vit::test::small_rf_detr(), 3);
  CHECK(vit::read_rf_detr(saved(three, scratch / "three.safetensors", {})).classes.empty());
}

TEST_CASE("Other weights are no RF-DETR") {
  const vit::test::ScratchFolder scratch;
  CHECK(!vit::is_rf_detr(scratch / "there-is-none.safetensors"));
  vit::TensorWriter writer;
  writer.add("query_feat.weight", torch::zeros({2, 2}));
  writer.add("refpoint_embed.weight", torch::zeros({2}));
  writer.write(scratch / "other.safetensors");
  CHECK(!vit::is_rf_detr(scratch / "other.safetensors"));
  CHECK_THROWS_WITH(vit::read_rf_detr(scratch / "other.safetensors"),
                    Catch::Contains("class_embed.weight"));
}
