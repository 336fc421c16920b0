#include "vit/tasks/detect/yolos_weights.h"

#include <torch/types.h>

#include <algorithm>
#include <array>
#include <map>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/module.h"
#include "tests/tasks/detect/yolos_fixture.h"
#include "vit/core/error.h"
#include "vit/run/built_experiment.h"

using vit::test::random_tensor;
using vit::test::small_yolos;

namespace {

using YolosTensors = std::map<std::string, torch::Tensor>;

const std::vector<std::string> kThreeAnimals = {"cat", "dog", "eel"};

YolosTensors own_names(const vit::Yolos& network) {
  YolosTensors tensors;
  for (const auto& item : network.named_parameters()) tensors[item.key()] = item.value().detach();
  return tensors;
}

void rename_tensor(YolosTensors& tensors, const std::string& from, const std::string& to) {
  auto node = tensors.extract(from);
  node.key() = to;
  tensors.insert(std::move(node));
}

/// As hustvl/YOLOS saves them.
YolosTensors of_authors(const vit::Yolos& network) {
  YolosTensors tensors = own_names(network);
  tensors["backbone.pos_embed"] =
      torch::cat({tensors["backbone.pos_embed"], tensors["det_pos_embed"]}, 1);
  tensors.erase("det_pos_embed");
  rename_tensor(tensors, "det_token", "backbone.det_token");
  rename_tensor(tensors, "mid_pos_embed", "backbone.mid_pos_embed");
  return tensors;
}

/// As transformers does; `version` 4 or 5.
YolosTensors of_transformers(const vit::Yolos& network, int version) {
  YolosTensors named = of_authors(network), tensors;
  const std::vector<std::pair<std::string, std::string>> words = {
      {"backbone.cls_token", "vit.embeddings.cls_token"},
      {"backbone.det_token", "vit.embeddings.detection_tokens"},
      {"backbone.pos_embed", "vit.embeddings.position_embeddings"},
      {"backbone.mid_pos_embed", version == 4
                                     ? "vit.encoder.mid_position_embeddings"
                                     : "vit.encoder.interpolation.mid_position_embeddings"},
      {"backbone.patch_embed.proj", "vit.embeddings.patch_embeddings.projection"},
      {"backbone.norm.", "vit.layernorm."},
      {"backbone.blocks", "vit.encoder.layer"},
      {".norm1.", ".layernorm_before."},
      {".norm2.", ".layernorm_after."},
      {".attn.proj.", ".attention.output.dense."},
      {".mlp.fc1.", ".intermediate.dense."},
      {".mlp.fc2.", ".output.dense."},
      {"class_embed", "class_labels_classifier"},
      {"bbox_embed", "bbox_predictor"},
  };
  for (const auto& [old, tensor] : named) {
    std::string name = old;
    for (const auto& [from, to] : words)
      if (const std::size_t at = name.find(from); at != name.npos)
        name.replace(at, from.size(), to);
    if (const std::size_t at = name.find(".attn.qkv."); at != name.npos) {
      const std::vector<torch::Tensor> parts = tensor.chunk(3);
      for (std::size_t i = 0; i < 3; ++i)
        tensors[name.substr(0, at) + ".attention.attention." +
                std::array{"query", "key", "value"}[i] + name.substr(at + 9)] = parts[i];
    } else {
      tensors[name] = tensor;
    }
  }
  return tensors;
}

void write_yolos(const std::filesystem::path& path, const YolosTensors& tensors,
                 const std::map<std::string, std::string>& metadata = {}) {
  vit::TensorWriter writer;
  for (const auto& [name, tensor] : tensors) writer.add(name, tensor.contiguous());
  for (const auto& [key, value] : metadata) writer.set_metadata(key, value);
  writer.write(path);
}

/// transformers' config.json for small_yolos.
std::string yolos_config(const std::string& more = "") {
  return R"({"model_type": "yolos", "hidden_size": 24, "num_hidden_layers": 3,
    "num_attention_heads": 2, "intermediate_size": 96, "image_size": [16, 24], "patch_size": 8,
    "num_detection_tokens": 5, "layer_norm_eps": 1e-6)" +
         more + "}";
}

torch::Tensor logits_of_yolos(vit::Yolos& network) {
  const torch::NoGradGuard no_grad;
  return network.forward(random_tensor({2, 3, 16, 24}))[0].second;
}

}  // namespace

TEST_CASE("Weights in our names, their authors' and both of transformers' are the same network") {
  const auto source = small_yolos(1);
  const torch::Tensor expected = logits_of_yolos(*source);
  const std::pair<std::string, YolosTensors> files[] = {
      {"vit", own_names(*source)},
      {"YOLOS", of_authors(*source)},
      {"YOLOS of transformers", of_transformers(*source, 4)},
      {"YOLOS of transformers", of_transformers(*source, 5)}};
  for (const auto& [names, tensors] : files) {
    INFO(names);
    const vit::test::ScratchFolder folder;
    const std::filesystem::path path = folder / "model.safetensors";
    write_yolos(path, tensors);
    CHECK(vit::is_yolos(path));
    const auto network = small_yolos(2);
    CHECK_FALSE(torch::equal(logits_of_yolos(*network), expected));
    const vit::LoadReport report = network->load(path, kThreeAnimals);
    CHECK(report.complete());
    CHECK(report.convention == names);
    CHECK(report.matched.size() == network->named_parameters().size());
    CHECK(report.renamed.empty() == (names == "vit"));
    CHECK(torch::equal(logits_of_yolos(*network), expected));
    vit::YolosOptions options;
    std::int64_t classes = 0;
    vit::take_yolos_from(path, options, classes);
    CHECK(classes == 3);
    CHECK(options.num_detection_tokens == 5);
    CHECK(options.use_mid_position_embeddings);
  }
}

TEST_CASE("Averages of a checkpoint are what is loaded") {
  const auto source = small_yolos(1), learned = small_yolos(3);
  YolosTensors tensors = own_names(*learned);
  for (const auto& [name, tensor] : own_names(*source)) tensors["ema/" + name] = tensor;
  const vit::test::ScratchFolder folder;
  write_yolos(folder / "last.safetensors", tensors);
  const auto network = small_yolos(2);
  CHECK(network->load(folder / "last.safetensors", kThreeAnimals).complete());
  CHECK(torch::equal(logits_of_yolos(*network), logits_of_yolos(*source)));
}

TEST_CASE("Classes are joined by name: shared ones keep their outputs, others are new, all told") {
  const auto source = small_yolos(1);
  const vit::test::ScratchFolder folder;
  write_yolos(folder / "model.safetensors", of_transformers(*source, 4));
  vit::test::put(folder / "config.json",
                 yolos_config(R"(, "id2label": {"0": "N/A", "1": "eel", "2": "cat"})"));
  const vit::YolosFile file = vit::read_yolos(folder / "model.safetensors");
  CHECK(file.classes == std::vector<std::string>{"N/A", "eel", "cat"});

  const auto network = small_yolos(2, 4);
  const torch::Tensor before = own_names(*network)["class_embed.layers.2.weight"].clone();
  const vit::LoadReport report =
      network->load(folder / "model.safetensors", {"ant", "cat", "dog", "eel"});
  const torch::Tensor theirs = own_names(*source)["class_embed.layers.2.weight"],
                      after = own_names(*network)["class_embed.layers.2.weight"];
  CHECK(torch::equal(after[1], theirs[2]));
  CHECK(torch::equal(after[3], theirs[1]));
  CHECK(torch::equal(after[4], theirs[3]));  // no object, which is last
  CHECK(torch::equal(after[0], before[0]));
  CHECK(torch::equal(after[2], before[2]));
  REQUIRE(report.reset.size() == 2);
  CHECK(report.reset[0].find("`ant`") != std::string::npos);
  CHECK(report.reset[1].find("`dog`") != std::string::npos);
}

TEST_CASE("Without names, other numbers of classes are refused, and as many taken in their order") {
  const auto source = small_yolos(1);
  const vit::test::ScratchFolder folder;
  write_yolos(folder / "yolos.safetensors", of_authors(*source));
  CHECK(vit::read_yolos(folder / "yolos.safetensors").classes.empty());
  const auto network = small_yolos(2, 4);
  try {
    (void)network->load(folder / "yolos.safetensors", {"a", "b", "c", "d"});
    FAIL("took a classifier of other classes");
  } catch (const vit::Error& error) {
    CHECK(error.kind() == vit::ErrorKind::weights);
    CHECK(error.problem().find("class_embed.layers.2.weight") != std::string::npos);
    CHECK(error.remedy().find("init.reset_head") != std::string::npos);
  }
}

TEST_CASE("91 outputs are COCO's ids, whatever the data's order of its classes") {
  const auto source = small_yolos(1, 91);
  const vit::test::ScratchFolder folder;
  write_yolos(folder / "yolos.safetensors", of_authors(*source));
  const auto network = small_yolos(2, 2);
  (void)network->load(folder / "yolos.safetensors", {"toothbrush", "person"});
  const torch::Tensor theirs = own_names(*source)["class_embed.layers.2.bias"],
                      after = own_names(*network)["class_embed.layers.2.bias"];
  CHECK(torch::equal(after, theirs.index_select(0, torch::tensor({90, 1, 91}))));
}

TEST_CASE("Positions are resampled to the network's patches, by the size that config.json tells") {
  const auto source = small_yolos(1);
  const vit::test::ScratchFolder folder;
  write_yolos(folder / "model.safetensors", of_transformers(*source, 5));
  vit::test::put(folder / "config.json", yolos_config());
  // Upright: as many patches, in another grid.
  vit::ViTOptions options = vit::test::yolos_backbone()->options;
  options.img_size = {24, 16};
  vit::Yolos network(std::make_shared<vit::VisionTransformerImpl>(options),
                     {.num_detection_tokens = 5, .use_mid_position_embeddings = true}, 3);
  const vit::LoadReport report = network.load(folder / "model.safetensors", kThreeAnimals);
  REQUIRE(report.resampled.size() == 2);
  CHECK(report.resampled[0].what == "from 2x3 to 3x2 patches by bicubic");
  network.eval();
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = random_tensor({1, 3, 24, 16});
  CHECK(torch::allclose(network.forward(x)[0].second, source->forward(x)[0].second, 1e-4, 1e-5));
}

TEST_CASE("The ViT is recognised by config.json, or by what the published models are") {
  const vit::test::ScratchFolder folder;
  write_yolos(folder / "model.safetensors", of_transformers(*small_yolos(1), 4));
  vit::test::put(folder / "config.json",
                 yolos_config(R"(, "id2label": {"0": "cat", "1": "dog", "2": "eel"})"));
  const auto by_config =
      vit::recognise_yolos(vit::open_weights(folder / "model.safetensors"), std::nullopt);
  REQUIRE(by_config);
  CHECK(by_config->options.at("num_heads") == "2");
  CHECK(by_config->options.at("img_size") == "[16, 24]");
  CHECK(by_config->options.at("depth") == "3");
  CHECK(by_config->options.at("norm_eps") == "1e-06");
  CHECK(by_config->labels == kThreeAnimals);
  CHECK(by_config->mean == std::vector<double>{0.485, 0.456, 0.406});

  vit::ViTOptions dwr;
  dwr.img_size = {512, 864};
  dwr.embed_dim = 330;
  dwr.depth = 1;
  dwr.num_heads = 6;
  dwr.num_classes = 0;
  vit::Yolos network(std::make_shared<vit::VisionTransformerImpl>(dwr), {}, 91);
  YolosTensors tensors = own_names(network);
  tensors["backbone.pos_embed"] =
      torch::cat({tensors["backbone.pos_embed"], tensors["det_pos_embed"]}, 1);
  tensors.erase("det_pos_embed");
  rename_tensor(tensors, "det_token", "backbone.det_token");
  write_yolos(folder / "dwr.safetensors", tensors);
  std::filesystem::remove(folder / "config.json");
  const auto by_shapes =
      vit::recognise_yolos(vit::open_weights(folder / "dwr.safetensors"), std::nullopt);
  REQUIRE(by_shapes);
  CHECK(by_shapes->options.at("num_heads") == "6");
  CHECK(by_shapes->options.at("img_size") == "[512, 864]");
  CHECK(by_shapes->labels.size() == 91);
  CHECK(by_shapes->labels[1] == "person");
}

TEST_CASE(
    "Training starts from a detector of elsewhere, whatever task.head says; or from its ViT") {
  const auto source = small_yolos(1);
  const vit::test::ScratchFolder folder;
  const std::string path = (folder / "model.safetensors").string();
  write_yolos(path, of_transformers(*source, 4));
  vit::test::put(folder / "config.json",
                 yolos_config(R"(, "id2label": {"0": "cat", "1": "star", "2": "eel"})"));
  const std::string experiment =
      "data: {name: shapes, image_size: 24, num_train: 8, num_val: 4, batch_size: 4, workers: 0}\n"
      "model: {name: auto}\ntask: {name: detect}\ntrain: {device: cpu}\n"
      "init: {weights: " +
      path;
  const vit::BuiltExperiment whole(vit::parse_experiment(experiment + "}", "e.yaml"));
  CHECK_THAT(whole.config,
             Catch::Contains("head: yolos") && Catch::Contains("num_detection_tokens: 5"));
  CHECK(whole.classes().size() == 10);  // of the data, not of the file
  const auto started = whole.task->network().module().named_parameters();
  CHECK(torch::equal(started["det_token"], source->named_parameters()["det_token"]));

  const vit::BuiltExperiment body(
      vit::parse_experiment(experiment + ", reset_head: true}", "e.yaml"));
  CHECK_THAT(body.config, Catch::Contains("head: fcos"));
  for (const char* name : {"backbone.blocks.2.mlp.fc2.weight", "backbone.pos_embed"})
    CHECK(torch::equal(body.task->network().module().named_parameters()[name],
                       source->named_parameters()[name]));
}

TEST_CASE("What is no YOLOS, or a damaged one, is told apart without a crash") {
  const vit::test::ScratchFolder folder;
  const std::filesystem::path path = folder / "model.safetensors";
  YolosTensors vit_alone = own_names(*small_yolos(1));
  std::erase_if(vit_alone, [](const auto& entry) { return !entry.first.starts_with("backbone."); });
  write_yolos(path, vit_alone);
  CHECK_FALSE(vit::is_yolos(path));
  CHECK_FALSE(vit::is_yolos(folder / "not there"));
  CHECK_FALSE(vit::recognise_yolos(vit::open_weights(path), std::nullopt));
  CHECK_THROWS_AS(vit::read_yolos(path), vit::Error);

  const auto damaged = [&](const std::string& name, const torch::Tensor& other) {
    INFO(name << " " << other.sizes());
    YolosTensors tensors = of_authors(*small_yolos(1));
    tensors[name] = other;
    write_yolos(path, tensors);
    const auto network = small_yolos(2);
    const torch::Tensor before = logits_of_yolos(*network);
    CHECK_THROWS_AS(network->load(path, kThreeAnimals), vit::Error);
    CHECK(torch::equal(logits_of_yolos(*network), before));  // left as it was
  };
  damaged("backbone.det_token", torch::zeros({5}));
  damaged("backbone.det_token", torch::zeros({1, 400, 24}));
  damaged("backbone.det_token", torch::zeros({1, 4, 24}));
  damaged("backbone.pos_embed", torch::zeros({12, 24}));
  damaged("backbone.mid_pos_embed", torch::zeros({2, 1, 13, 24}));
  damaged("class_embed.layers.2.weight", torch::zeros(4));
  damaged("class_embed.layers.2.weight", torch::zeros({4, 23}));
  damaged("something.else", torch::zeros(4));
}
