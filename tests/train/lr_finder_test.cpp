#include "vit/train/lr_finder.h"

#include <cmath>

#include "tests/catch.h"
#include "tests/train/small_run.h"

TEST_CASE("The suggestion is where the loss falls fastest, before it rises") {
  std::vector<double> rates, losses;
  for (int i = 0; i < 60; ++i) {
    const double exponent = -6 + i / 10.0;  // 1e-6 … 1
    rates.push_back(std::pow(10, exponent));
    // Flat, a fall around 1e-3, and a rise from 0.03 on.
    losses.push_back(2 - 1 / (1 + std::exp(-4 * (exponent + 3))) +
                     (exponent > -1.5 ? 4 * (exponent + 1.5) : 0));
  }
  CHECK(std::log10(vit::steepest_rate(rates, losses)) == Approx(-3).margin(0.3));
}

TEST_CASE("A loss that never falls gives a careful answer") {
  CHECK(vit::steepest_rate({1e-3, 1e-2, 1e-1}, {1, 2, 3}) == Approx(1e-4));
  CHECK(vit::steepest_rate({}, {}) == 0);
}

TEST_CASE("A range test trains with rates that grow, and suggests one between them") {
  vit::test::SmallRun run;
  vit::ClassifyTask task = run.task();
  vit::TrainingParts parts = run.parts(task);
  const torch::Tensor before = run.model->head->weight.detach().clone();
  const vit::LrFinding found = vit::find_lr(parts, 1e-5, 1e-1, 30);
  REQUIRE(found.rates.size() >= 10);
  CHECK(found.rates.size() == found.losses.size());
  CHECK(found.rates.front() == Approx(1e-5));
  for (std::size_t i = 1; i < found.rates.size(); ++i) CHECK(found.rates[i] > found.rates[i - 1]);
  CHECK(found.suggestion > 1e-6);
  CHECK(found.suggestion < 1e-1);
  CHECK_FALSE(torch::equal(before, run.model->head->weight));
}

TEST_CASE(
    "A range test takes the steps that training takes: in half precision, with frozen parts") {
  vit::test::SmallRun run;
  run.train.amp = "bf16";
  run.train.freeze = {"patch_embed"};
  vit::ClassifyTask task = run.task();
  vit::TrainingParts parts = run.parts(task);
  const torch::Tensor before = run.model->patch_embed->proj->weight.detach().clone();
  CHECK(vit::find_lr(parts, 1e-4, 1e-2, 10).rates.size() == 10);
  CHECK(torch::equal(before, run.model->patch_embed->proj->weight));
}
