#include "vit/tasks/contrast/text_tower.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/core/error.h"

namespace {

vit::TextTowerOptions tower_options() {
  return {
      .vocab_size = 20, .context_length = 8, .width = 16, .layers = 2, .heads = 2, .embed_dim = 6};
}

vit::TextTower random_tower(const vit::TextTowerOptions& options, const std::string& loss) {
  vit::TextTower tower(vit::resolved(options, loss));
  vit::test::randomize(tower);
  return tower;
}

torch::Tensor sentences() {
  return torch::tensor({18, 3, 4, 19, 0, 0, 0, 0, 18, 5, 6, 7, 8, 19, 0, 0}).view({2, 8});
}

}  // namespace

TEST_CASE("CLIP's text feature is that of the end token, whatever stands behind it") {
  const torch::NoGradGuard no_grad;
  vit::TextTower tower = random_tower(tower_options(), "clip");
  const torch::Tensor features = tower(sentences());
  CHECK(features.sizes() == at::IntArrayRef({2, 6}));
  torch::Tensor other = sentences().clone();
  other[0].narrow(0, 4, 4).fill_(7);
  other[1].narrow(0, 6, 2).fill_(7);
  CHECK(torch::allclose(tower(other), features, 1e-5, 1e-6));
  CHECK(torch::allclose(tower(sentences().narrow(1, 0, 6)), features, 1e-5, 1e-5));  // shorter
  other[0][1] = 9;
  CHECK_FALSE(torch::allclose(tower(other)[0], features[0], 1e-3, 1e-3));
}

TEST_CASE("The end is the first end token where one is named, else the largest id") {
  const torch::NoGradGuard no_grad;
  vit::TextTowerOptions named = tower_options();
  named.eos_token_id = 4;
  vit::TextTower tower = random_tower(named, "clip"),
                 largest = random_tower(tower_options(), "clip");
  const torch::Tensor cut = sentences().narrow(0, 0, 1).narrow(1, 0, 3);  // ends in 4
  CHECK(torch::allclose(tower(sentences())[0], tower(cut)[0], 1e-5, 1e-5));
  CHECK_FALSE(torch::allclose(tower(sentences())[0], largest(sentences())[0], 1e-3, 1e-3));
}

TEST_CASE("SigLIP's text feature is that of the last position, and sees all, padding too") {
  const torch::NoGradGuard no_grad;
  vit::TextTower tower = random_tower(tower_options(), "siglip");
  CHECK(tower->head->bias.defined());
  torch::Tensor other = sentences().clone();
  other[0][5] = 7;
  CHECK_FALSE(torch::allclose(tower(other)[0], tower(sentences())[0], 1e-3, 1e-3));
  CHECK(torch::allclose(tower(other)[1], tower(sentences())[1], 1e-5, 1e-6));
}

TEST_CASE("A text tower starts from its seed alone, and learns with all of its weights") {
  vit::TextTower tower(vit::resolved(tower_options(), "clip"));
  tower->init_weights(3);
  const torch::Tensor first = tower(sentences()).detach().clone();
  tower->init_weights(4);
  CHECK_FALSE(torch::allclose(tower(sentences()), first));
  tower->init_weights(3);
  CHECK(torch::equal(tower(sentences()), first));
  vit::test::randomize(tower);
  CHECK(vit::test::without_gradient(tower, tower(sentences())).empty());
}

TEST_CASE(
    "Text towers that cannot be are refused by the option's name, and texts that are too long") {
  vit::TextTowerOptions uneven = tower_options();
  uneven.heads = 3;
  CHECK_THROWS_WITH(vit::TextTower(vit::resolved(uneven, "clip")),
                    Catch::Contains("task.text.heads"));
  vit::TextTowerOptions unknown = tower_options();
  unknown.vocab_size = 0;
  CHECK_THROWS_WITH(vit::TextTower(vit::resolved(unknown, "clip")),
                    Catch::Contains("task.text.vocab_size"));
  vit::TextTower tower = random_tower(tower_options(), "clip");
  CHECK_THROWS_WITH(tower(torch::ones({1, 9}, torch::kInt64)),
                    Catch::Contains("texts of 9 tokens, and there are positions for 8"));
}
