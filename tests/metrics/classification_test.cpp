#include "vit/metrics/classification.h"

#include <torch/types.h>

#include <limits>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/support/shared.h"
#include "vit/weights/tensors.h"

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

TEST_CASE("Figures of classes, averages and calibration are scikit-learn's") {
  const auto folder = vit::test::shared("fixtures/metrics/classification");
  if (!folder) return;
  const auto stats = nlohmann::json::parse(std::ifstream(*folder / "stats.json"));
  const vit::SafetensorsFile io = vit::SafetensorsFile::open(*folder / "io.safetensors");
  const torch::Tensor logits = vit::read_tensor(io, io.at("logits")),
                      labels = vit::read_tensor(io, io.at("labels")),
                      expected = vit::read_tensor(io, io.at("confusion"));
  const auto total = static_cast<double>(labels.numel());
  CHECK(static_cast<double>(vit::count_correct(logits, labels, 1)) / total ==
        Approx(stats.at("top1").get<double>()));
  CHECK(static_cast<double>(vit::count_correct(logits, labels, 5)) / total ==
        Approx(stats.at("top5").get<double>()));

  vit::ConfusionCounts counts(stats.at("num_classes"));
  counts.add(logits.argmax(1), labels);
  const auto figures = vit::class_figures(counts);
  for (std::size_t k = 0; k < figures.size(); ++k) {
    INFO("class " << k);
    for (std::size_t j = 0; j < figures.size(); ++j)
      CHECK(counts.at(static_cast<long>(k), static_cast<long>(j)) ==
            expected[static_cast<long>(k)][static_cast<long>(j)].item<std::int64_t>());
    CHECK(figures[k].precision == Approx(stats.at("precision")[k].get<double>()).epsilon(1e-9));
    CHECK(figures[k].recall == Approx(stats.at("recall")[k].get<double>()).epsilon(1e-9));
    CHECK(figures[k].f1 == Approx(stats.at("f1")[k].get<double>()).epsilon(1e-9));
    CHECK(figures[k].support == stats.at("support")[k].get<std::int64_t>());
  }
  const vit::ClassFigures mean = vit::macro_average(counts);
  const auto& macro = stats.at("averages_precision_recall_f1").at("macro");
  CHECK(mean.precision == Approx(macro[0].get<double>()).epsilon(1e-9));
  CHECK(mean.recall == Approx(macro[1].get<double>()).epsilon(1e-9));
  CHECK(mean.f1 == Approx(macro[2].get<double>()).epsilon(1e-9));

  vit::CalibrationError calibration(15);
  for (std::int64_t i = 0; i < logits.size(0); i += 64)  // in batches, as an evaluation does
    calibration.add(logits.slice(0, i, i + 64), labels.slice(0, i, i + 64));
  CHECK(calibration.ece() == Approx(stats.at("ece_15").get<double>()).epsilon(1e-6));
  CHECK(calibration.mce() == Approx(stats.at("mce_15").get<double>()).epsilon(1e-6));
  CHECK(calibration.bin_counts() == stats.at("ece_bin_counts").get<std::vector<std::int64_t>>());
}

TEST_CASE("Averages are over the classes that have a sample or are predicted, as scikit-learn's") {
  vit::ConfusionCounts counts(6);  // neither class 4 nor 5 is met
  counts.add(torch::tensor({0, 2, 1, 3}), torch::tensor({0, 0, 1, 3}));
  const vit::ClassFigures mean = vit::macro_average(counts);
  // precision_recall_fscore_support([0, 0, 1, 3], [0, 2, 1, 3], average="macro", zero_division=0)
  CHECK(mean.precision == Approx(0.75));
  CHECK(mean.recall == Approx(0.625));
  CHECK(mean.f1 == Approx(2.0 / 3));
  CHECK(mean.support == 4);
  CHECK(vit::macro_average(vit::ConfusionCounts(3)).f1 == 0);
}

TEST_CASE("Average precision is the mean of the precision at each positive") {
  // Ranked: right, wrong, right -> (1 + 2/3) / 2. The second class has one positive, ranked last.
  const torch::Tensor scores = torch::tensor({{0.9f, 0.1f}, {0.8f, 0.2f}, {0.3f, 0.3f}}),
                      targets = torch::tensor({{1, 1}, {0, 0}, {1, 0}});
  CHECK(vit::mean_average_precision(scores, targets) == Approx((5.0 / 6 + 1.0 / 3) / 2));
  CHECK(vit::mean_average_precision(scores, torch::zeros({3, 2})) == 0.0);
}

TEST_CASE("A bin tells how sure the model was and how often it was right") {
  vit::CalibrationError calibration(10);
  // Of four answers with a confidence of 0.75, two are right.
  const torch::Tensor logits = torch::tensor({{0.75F, 0.25F}}).log().repeat({4, 1});
  calibration.add(logits, torch::tensor({0, 0, 1, 1}));
  const auto bins = calibration.reliability();
  REQUIRE(bins.size() == 1);
  CHECK(bins.front().samples == 4);
  CHECK(bins.front().confidence == Approx(0.75));
  CHECK(bins.front().accuracy == Approx(0.5));
}
