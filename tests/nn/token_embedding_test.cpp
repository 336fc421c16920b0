#include "vit/nn/token_embedding.h"

#include "tests/catch.h"
#include "vit/core/error.h"
#include "vit/nn/initial_weights.h"

TEST_CASE("An embedding gives each token its row, and starts from its seed alone") {
  const vit::InitialWeights seed(1);
  vit::TokenEmbedding embedding(vit::TokenEmbeddingOptions{100, 64});
  // Normal with deviation 0.02, cut at two of them.
  CHECK(embedding->weight.std().item<double>() == Approx(0.0176).epsilon(0.05));
  const torch::Tensor found = embedding(torch::tensor({3, 0, 99, 3}).view({2, 2}));
  CHECK(found.sizes() == at::IntArrayRef({2, 2, 64}));
  CHECK(torch::equal(found[1][0], embedding->weight[99]));
  CHECK(torch::equal(found[0][0], found[1][1]));
  CHECK_THROWS_AS(embedding(torch::tensor({3, 0})), vit::Error);
}
