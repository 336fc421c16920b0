#include "vit/metrics/knn.h"

#include <torch/types.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/support/shared.h"
#include "vit/metrics/classification.h"
#include "vit/weights/tensors.h"

TEST_CASE("The nearest vote, weighed by their similarity") {
  const torch::Tensor train = torch::tensor({{1.0f, 0.0f}, {0.0f, 1.0f}, {0.6f, 0.8f}}),
                      labels = torch::tensor({0, 1, 2});
  const torch::Tensor votes =
      vit::knn_votes(train, labels, torch::tensor({{1.0f, 0.0f}}), 2, 4, 0.5);
  CHECK(torch::allclose(votes, torch::tensor({{std::exp(2.0f), 0.0f, std::exp(1.2f), 0.0f}})));
}

TEST_CASE("Among themselves, features are voted for by all the others") {
  const torch::Tensor features =
      vit::knn_votes_of_others(torch::tensor({{1.0f, 0.0f}, {0.6f, 0.8f}, {0.0f, 1.0f}}),
                               torch::tensor({0, 1, 2}), 1, 3, 0.5);
  // The nearest of the first is the second, of the second the third (0.8 > 0.6).
  CHECK(torch::allclose(features, torch::tensor({{0.0f, std::exp(1.2f), 0.0f},
                                                 {0.0f, 0.0f, std::exp(1.6f)},
                                                 {0.0f, std::exp(1.6f), 0.0f}})));
}

TEST_CASE("k-NN of features is DINO's") {
  const auto folder = vit::test::shared("fixtures/metrics/knn");
  if (!folder) return;
  const auto stats = nlohmann::json::parse(std::ifstream(*folder / "stats.json"));
  const vit::SafetensorsFile io = vit::SafetensorsFile::open(*folder / "io.safetensors");
  const auto read = [&](const char* name) { return vit::read_tensor(io, io.at(name)); };
  for (const auto& [k, expected] : stats.at("by_k").items()) {
    const torch::Tensor votes =
        vit::knn_votes(read("train_features"), read("train_labels"), read("test_features"),
                       std::stoll(k), stats.at("num_classes"), stats.at("T"));
    const torch::Tensor labels = read("test_labels");
    const auto total = static_cast<double>(labels.numel());
    CHECK(100.0 * static_cast<double>(vit::count_correct(votes, labels, 1)) / total ==
          Approx(expected.at("top1").get<double>()));
    if (k == "20") CHECK(torch::allclose(votes, read("votes_k20"), 1e-4));
  }
}
