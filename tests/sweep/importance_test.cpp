#include "vit/sweep/importance.h"

#include "tests/catch.h"
#include "tests/sweep/sweeps.h"

TEST_CASE("Importance is what Optuna 5's PED-ANOVA finds") {
  const vit::Space space = vit::test::every_kind();
  std::vector<vit::ScoredTrial> trials;
  for (int i = 0; i < 60; ++i) {
    const std::vector<double> v = vit::test::observation(i);
    const double lr = std::log10(v[0]) + 2.5;
    trials.push_back({{v.begin(), v.end()}, lr * lr + 0.1 * v[1] - 0.02 * v[2]});
  }
  // optuna.importance.PedAnovaImportanceEvaluator, 5.0.0.
  const std::vector<double> expected = {0.0315216015503, 0.00081110758204, 0.00385858450245,
                                        0.000266165359665, 0.000399833402748};
  const std::vector<double> found = vit::importance(space, trials);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO(space.parameters[i].name);
    CHECK(found[i] == Approx(expected[i]).epsilon(1e-6));
  }
}

TEST_CASE("What nothing was tried of has no importance") {
  const vit::Space space = vit::test::space("a: {int: [1, 2]}\nb: {int: [1, 9], when: {a: 2}}\n");
  CHECK(vit::importance(space, {}) == std::vector<double>{0, 0});
  CHECK(vit::importance(space, {{{1.0, std::nullopt}, 1}, {{1.0, std::nullopt}, 2}})[1] == 0);
}
