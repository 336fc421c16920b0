#include "vit/metrics/classification.h"

#include <torch/torch.h>

#include <limits>

#include "tests/catch.h"

TEST_CASE("A sample counts where its class is among the k largest") {
  const torch::Tensor logits = torch::tensor({{3.0, 2.0, 1.0}, {1.0, 2.0, 3.0}, {2.0, 3.0, 1.0}});
  const torch::Tensor labels = torch::tensor({0, 0, 0});
  CHECK(vit::count_correct(logits, labels, 1) == 1);
  CHECK(vit::count_correct(logits, labels, 2) == 2);
  CHECK(vit::count_correct(logits, labels, 5) == 3);
}

TEST_CASE("A dead network scores nothing: neither equal logits nor NaN count as right") {
  const torch::Tensor labels = torch::tensor({0, 1});
  CHECK(vit::count_correct(torch::zeros({2, 4}), labels, 1) == 0);
  CHECK(vit::count_correct(torch::full({2, 4}, std::numeric_limits<float>::quiet_NaN()), labels,
                           1) == 0);
}

TEST_CASE("The confusion counts are by true class and predicted class") {
  vit::ConfusionCounts counts(3);
  counts.add(torch::tensor({0, 2, 2}), torch::tensor({0, 1, 1}));
  CHECK(counts.at(0, 0) == 1);
  CHECK(counts.at(1, 2) == 2);
  CHECK(counts.at(2, 1) == 0);
}
