#include "vit/sweep/replicates.h"

#include "tests/catch.h"
#include "tests/sweep/sweeps.h"

TEST_CASE("Student's t distribution has the quantiles of its tables") {
  CHECK(vit::student_t_975(1) == Approx(12.7062).epsilon(1e-5));
  CHECK(vit::student_t_975(2) == Approx(4.30265).epsilon(1e-5));
  CHECK(vit::student_t_975(3) == Approx(3.18245).epsilon(1e-5));
  CHECK(vit::student_t_975(4) == Approx(2.77645).epsilon(1e-5));
  CHECK(vit::student_t_975(9) == Approx(2.26216).epsilon(1e-5));
  CHECK(vit::student_t_975(100) == Approx(1.98397).epsilon(1e-5));
}

TEST_CASE("Trials that differ in the seed alone are repetitions of one configuration") {
  const vit::Space space = vit::test::space("kind: [a, b]\nseed: [0, 1, 2]\n");
  std::vector<vit::JournalTrial> records(6);
  std::vector<vit::Standing> standings;
  const std::vector<double> results = {80, 82, 84, 90, 91, 89};
  for (std::size_t i = 0; i < 6; ++i) {
    records[i].values = {{"kind", i < 3 ? 0.0 : 1.0}, {"seed", static_cast<double>(i % 3)}};
    standings.push_back({static_cast<std::int64_t>(i), "complete", 1, results[i], 1, &records[i]});
  }
  std::vector<const vit::Standing*> trials;
  for (const vit::Standing& standing : standings) trials.push_back(&standing);
  const auto groups = vit::replicates_over(1, space, trials, vit::Better::larger);
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].values == vit::Configuration{1.0, std::nullopt});
  CHECK(groups[0].mean == 90);
  CHECK(groups[0].half_width == Approx(4.30265 * 1 / std::sqrt(3.0)).epsilon(1e-5));
  CHECK(groups[1].results == std::vector<double>{80, 82, 84});
  CHECK(vit::replicates_over(1, space, trials, vit::Better::smaller)[0].mean == 82);
}
