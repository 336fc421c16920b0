#include "vit/tasks/contrast/predictor.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "tests/tasks/words.h"

namespace {

/// Each text's embedding is a function of the sum of its ids; scaled by 4.
torch::Tensor embedding_of_ids(const torch::Tensor& ids) {
  const torch::Tensor angle = ids.sum(1).to(torch::kFloat32) * 0.37f;
  return 4 * torch::stack({angle.cos(), angle.sin()}, 1);
}

}  // namespace

TEST_CASE("A class is the mean of its sentences' unit embeddings, at length 1 and scaled") {
  const vit::ClassPrompts prompts{
      vit::test::small_words(), {"cat", "dog"}, {"a {}", "the {} is a {}"}};
  const torch::Tensor found = vit::class_embeddings(prompts, embedding_of_ids);
  const torch::Tensor each =
      embedding_of_ids(
          vit::ids_of(prompts.input, {"a cat", "the cat is a cat", "a dog", "the dog is a dog"})) /
      4;
  for (std::int64_t k = 0; k < 2; ++k) {
    const torch::Tensor mean = (each[2 * k] + each[2 * k + 1]) / 2;
    CHECK(torch::allclose(found[k], 4 * mean / mean.norm(), 1e-5, 1e-5));
  }
}

TEST_CASE("Predictions hold the image's embedding, its caption's where there is one, and classes") {
  const torch::Tensor images = vit::test::random_tensor({2, 2}, 1);
  vit::Batch batch;
  batch.images = images;
  batch.indices = torch::arange(2);
  const auto embed = [](const vit::Batch& b) { return b.images; };
  vit::ContrastPredictor alone(embed, nullptr, std::nullopt);
  const auto plain = std::get<vit::ImageText>(alone.predict(batch)[1]);
  CHECK(plain.image == std::vector<float>{images[1][0].item<float>(), images[1][1].item<float>()});
  CHECK(plain.text.empty());
  CHECK(plain.logits.empty());

  const vit::ClassPrompts prompts{vit::test::small_words(), {"cat", "dog", "bird"}, {"{}"}};
  auto texts = std::make_shared<vit::Texts>();
  texts->ids = vit::ids_of(prompts.input, {"a cat", "a dog"});
  batch.annotations = texts;
  vit::ContrastPredictor whole(embed, embedding_of_ids, prompts);
  const auto found = std::get<vit::ImageText>(whole.predict(batch)[0]);
  CHECK(found.logits.size() == 3);
  CHECK(torch::tensor(found.text).norm().item<double>() == Approx(1));
  const torch::Tensor expected =
      images.matmul(vit::class_embeddings(prompts, embedding_of_ids).t())[0];
  CHECK(torch::allclose(torch::tensor(found.logits), expected, 1e-5, 1e-5));
}
