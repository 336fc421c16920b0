#include "vit/sweep/parzen.h"

#include <numeric>

#include "tests/catch.h"
#include "tests/sweep/sweeps.h"

namespace {

std::vector<std::vector<double>> observations(int count) {
  std::vector<std::vector<double>> all;
  for (int i = 0; i < count; ++i) all.push_back(vit::test::observation(i));
  return all;
}

const std::vector<std::vector<double>> kPlaces = {
    {1e-4, 0.0, 2, 16, 0}, {3e-3, 0.21, 7, 100, 1}, {0.05, 0.5, 12, 256, 2}};

}  // namespace

TEST_CASE("The densities are those of Optuna 5's Parzen estimator") {
  const vit::Space space = vit::test::every_kind();
  const std::vector<std::size_t> all = {0, 1, 2, 3, 4};
  // optuna.samplers._tpe.parzen_estimator, 5.0.0, with the defaults of TPESampler.
  const std::vector<std::pair<int, std::vector<double>>> expected = {
      {1, {-7.83225875847822, -10.4764087142039, -12.0712099304652}},
      {2, {-6.75888019059988, -10.5689345576959, -12.1727664791125}},
      {7, {-3.96441637219338, -11.2181414287289, -12.7296876017309}},
      {40, {-4.2068140187387, -13.7433224630863, -11.0956078115253}}};
  for (const auto& [count, logs] : expected) {
    const vit::ParzenEstimator estimator(space, all, observations(count));
    for (std::size_t i = 0; i < logs.size(); ++i) {
      INFO(count << " observations, place " << i);
      CHECK(estimator.log_density(kPlaces[i]) == Approx(logs[i]).epsilon(1e-9));
    }
  }
  const std::vector<std::vector<double>> alone = {
      {-1.5144159264137, -2.16672199083348, -2.14216928965085},
      {1.20266503822089, 0.558882545709004, -0.22812809909918},
      {-2.86805952163697, -2.36370161895559, -2.07160298215205},
      {-4.4345180874709, -5.28582592514492, -6.46931905985326},
      {-0.931558204004943, -1.19392246847243, -1.19392246847243}};
  for (std::size_t p = 0; p < alone.size(); ++p) {
    std::vector<std::vector<double>> column;
    for (const auto& row : observations(7)) column.push_back({row[p]});
    const std::vector<std::size_t> only = {p};
    const vit::ParzenEstimator estimator(space, only, column);
    for (std::size_t i = 0; i < 3; ++i) {
      INFO(space.parameters[p].name << ", place " << i);
      CHECK(estimator.log_density(std::vector<double>{kPlaces[i][p]}) ==
            Approx(alone[p][i]).epsilon(1e-9));
    }
  }
}

TEST_CASE("What is drawn follows the density") {
  const vit::Space space = vit::test::space("x: {float: [0, 1]}\nn: {int: [1, 4]}\n");
  const std::vector<std::size_t> all = {0, 1};
  const vit::ParzenEstimator estimator(space, all, {{0.2, 1}, {0.25, 1}, {0.9, 4}});
  // The distribution below a place, by drawing and by integrating the density.
  double drawn = 0;
  constexpr int kSide = 40;
  for (int i = 0; i < kSide; ++i)
    for (int j = 0; j < kSide; ++j)
      for (int k = 0; k < 10; ++k) {
        const auto values = estimator.draw(
            std::vector<double>{(i + 0.5) / kSide, (j + 0.5) / kSide, (k + 0.5) / 10});
        CHECK((values[0] >= 0 && values[0] <= 1));
        CHECK(values[1] == std::round(values[1]));
        drawn += values[0] < 0.3 && values[1] < 2.5 ? 1 : 0;
      }
  drawn /= kSide * kSide * 10;
  double integral = 0;
  constexpr int kSteps = 3000;
  for (int i = 0; i < kSteps; ++i)
    for (const double n : {1.0, 2.0})
      integral +=
          std::exp(estimator.log_density(std::vector<double>{0.3 * (i + 0.5) / kSteps, n})) * 0.3 /
          kSteps;
  CHECK(drawn == Approx(integral).margin(0.02));
}

TEST_CASE("A normal distribution is right far out in its tails") {
  // As SciPy has it.
  CHECK(vit::log_normal_mass(-1, 1) == Approx(std::log(0.682689492137086)).epsilon(1e-12));
  CHECK(vit::log_normal_mass(8, 9) == Approx(-35.013618593437144).epsilon(1e-10));
  CHECK(vit::log_normal_mass(-9, -8) == Approx(vit::log_normal_mass(8, 9)).epsilon(1e-14));
  CHECK(vit::truncated_normal_quantile(0.5, -2, 2) == Approx(0).margin(1e-9));
  CHECK(vit::truncated_normal_quantile(0, 1, 3) == 1);
  const double far = vit::truncated_normal_quantile(0.5, 30, 40);
  CHECK((far > 30 && far < 30.1));
}
