#include "vit/tasks/contrast/text_names.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/core/error.h"
#include "vit/tasks/contrast/text_tower.h"

namespace {

vit::TextTower small_tower() {
  vit::TextTower tower(vit::resolved({.vocab_size = 9,
                                      .context_length = 5,
                                      .width = 12,
                                      .layers = 2,
                                      .heads = 3,
                                      .mlp_ratio = 2,
                                      .embed_dim = 7},
                                     "siglip"));
  vit::test::randomize(tower);
  return tower;
}

/// The tower under big_vision's names: kernels [in, out], attention's [D, H, Dh].
vit::TensorMap as_big_vision(vit::TextTower& tower, bool stacked) {
  vit::TensorMap file;
  const auto p = tower->named_parameters();
  const std::string txt = "params/txt/";
  file[txt + "Embed_0/embedding"] = p["token_embed.weight"];
  file[txt + "pos_embedding"] = p["pos_embed"].clone();
  file[txt + "head/kernel"] = p["head.weight"].t();
  file[txt + "head/bias"] = p["head.bias"];
  file[txt + "Encoder_0/encoder_norm/scale"] = p["norm.weight"];
  file[txt + "Encoder_0/encoder_norm/bias"] = p["norm.bias"];
  std::map<std::string, std::vector<torch::Tensor>> blocks;
  for (const std::string i : {"0", "1"}) {
    const std::string from = "blocks." + i + ".";
    const auto add = [&](const std::string& name, const torch::Tensor& tensor) {
      blocks[name].push_back(tensor);
    };
    for (const std::string n : {"0", "1"}) {
      const std::string norm = n == "0" ? "norm1" : "norm2", fc = n == "0" ? "fc1" : "fc2";
      add("LayerNorm_" + n + "/scale", p[from + norm + ".weight"]);
      add("LayerNorm_" + n + "/bias", p[from + norm + ".bias"]);
      add("MlpBlock_0/Dense_" + n + "/kernel", p[from + "mlp." + fc + ".weight"].t());
      add("MlpBlock_0/Dense_" + n + "/bias", p[from + "mlp." + fc + ".bias"]);
    }
    const std::string attention = "MultiHeadDotProductAttention_0/";
    const auto weights = p[from + "attn.qkv.weight"].chunk(3),
               biases = p[from + "attn.qkv.bias"].chunk(3);
    std::size_t at = 0;
    for (const char* part : {"query", "key", "value"}) {
      add(attention + part + "/kernel", weights[at].t().reshape({12, 3, 4}));
      add(attention + part + "/bias", biases[at++].reshape({3, 4}));
    }
    add(attention + "out/kernel", p[from + "attn.proj.weight"].t().reshape({3, 4, 12}));
    add(attention + "out/bias", p[from + "attn.proj.bias"]);
  }
  for (const auto& [name, of_blocks] : blocks) {
    if (stacked) file[txt + "Encoder_0/encoderblock/" + name] = torch::stack(of_blocks);
    for (std::size_t i = 0; !stacked && i < of_blocks.size(); ++i)
      file[txt + "Encoder_0/encoderblock_" + std::to_string(i) + "/" + name] = of_blocks[i];
  }
  file["params/t"] = torch::tensor({2.5f});
  file["params/b"] = torch::tensor({-9.0f});
  return file;
}

void check_tower(const vit::TextTensors& found, vit::TextTower& tower) {
  const auto parameters = tower->named_parameters();
  CHECK(found.tensors.size() == parameters.size());
  for (const auto& item : parameters) {
    INFO(item.key());
    const auto tensor = found.tensors.find(item.key());
    REQUIRE(tensor != found.tensors.end());
    CHECK(torch::equal(tensor->second, item.value()));
  }
}

}  // namespace

TEST_CASE("big_vision's text towers are read block by block and stacked, t being the logarithm") {
  const torch::NoGradGuard no_grad;
  for (const bool stacked : {false, true}) {
    vit::TextTower tower = small_tower();
    const auto found = vit::text_tensors(as_big_vision(tower, stacked), "towers.npz");
    REQUIRE(found);
    CHECK(found->source == vit::TextSource::big_vision);
    CHECK(found->siglip);
    CHECK(found->heads == 3);
    CHECK(found->logit_scale->item<float>() == 2.5f);
    CHECK(found->logit_bias->item<float>() == -9.0f);
    check_tower(*found, tower);
  }
}

TEST_CASE("Positions that files of before have twice are added") {
  const torch::NoGradGuard no_grad;
  vit::TextTower tower = small_tower();
  vit::TensorMap file = as_big_vision(tower, false);
  file["params/txt/Encoder_0/pos_embedding"] = torch::ones({1, 5, 12});
  tower->pos_embed.add_(1);
  check_tower(vit::text_tensors(file, "towers.npz").value(), tower);
}

TEST_CASE(
    "Files without a text tower have none, and shapes that do not fit are an error of weights") {
  CHECK_FALSE(vit::text_tensors({{"patch_embed.proj.weight", torch::ones({2, 3, 4, 4})}}, "x"));
  vit::TextTower tower = small_tower();
  vit::TensorMap file = as_big_vision(tower, false);
  file["params/txt/Embed_0/embedding"] = torch::ones({3});
  try {
    (void)vit::text_tensors(file, "towers.npz");
    FAIL("no error");
  } catch (const vit::Error& error) {
    CHECK(error.kind() == vit::ErrorKind::weights);
    CHECK(error.where() == "towers.npz");
  }
}
