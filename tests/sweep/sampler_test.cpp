#include "vit/sweep/sampler.h"

#include <cmath>
#include <set>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/sweep/sweeps.h"

using vit::Configuration;
using vit::Observation;
using vit::Space;

TEST_CASE("A grid has every combination once, the last parameter changing fastest") {
  const Space space = vit::test::space(
      "opt: [adamw, sgd]\n"
      "momentum: {float: [0.8, 0.9], points: 2, when: {opt: sgd}}\n"
      "depth: {int: [2, 6], step: 2}\n");
  const auto sampler = vit::grid_sampler(space);
  CHECK(sampler->size() == 3 + 2 * 3);
  CHECK(sampler->sample(0, {}) == Configuration{0.0, std::nullopt, 2.0});
  CHECK(sampler->sample(2, {}) == Configuration{0.0, std::nullopt, 6.0});
  CHECK(sampler->sample(3, {}) == Configuration{1.0, 0.8, 2.0});
  CHECK(sampler->sample(8, {}) == Configuration{1.0, 0.9, 6.0});
}

TEST_CASE("The points of a grid on a logarithmic range are evenly apart in the logarithm") {
  const Space space = vit::test::space("lr: {log: [1e-4, 1e-2], points: 3}\n");
  const auto sampler = vit::grid_sampler(space);
  CHECK(*sampler->sample(1, {})[0] == Approx(1e-3));
  CHECK(*sampler->sample(2, {})[0] == 1e-2);
}

TEST_CASE("A random value depends on the seed, the trial and the parameter's name alone") {
  const Space one = vit::test::space("lr: {log: [1e-4, 1e-2]}\ndepth: {int: [1, 9]}\n");
  const Space other = vit::test::space("x: {float: [0, 1]}\nlr: {log: [1e-4, 1e-2]}\n");
  const auto a = vit::random_sampler(one, 5), b = vit::random_sampler(other, 5),
             c = vit::random_sampler(one, 6);
  CHECK(a->sample(3, {})[0] == b->sample(3, {})[1]);
  CHECK(a->sample(3, {})[0] != a->sample(4, {})[0]);
  CHECK(a->sample(3, {})[0] != c->sample(3, {})[0]);
  CHECK(a->sample(7, {}) == a->sample(7, {}));
}

TEST_CASE("Sobol's points fill every interval of a power of two evenly, whatever the seed") {
  const Space space =
      vit::test::space("x: {float: [0, 1]}\ny: {float: [0, 1]}\nz: {float: [0, 1]}\n");
  for (const std::uint64_t seed : {0, 7}) {
    const auto sampler = vit::sobol_sampler(space, seed);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      std::set<int> cells;
      for (int i = 0; i < 64; ++i)
        cells.insert(static_cast<int>(64 * *sampler->sample(i, {})[axis]));
      CHECK(cells.size() == 64);
    }
    // In the plane too: 8 x 8 cells, each once.
    std::set<std::pair<int, int>> squares;
    for (int i = 0; i < 64; ++i) {
      const auto point = sampler->sample(i, {});
      squares.emplace(static_cast<int>(8 * *point[0]), static_cast<int>(8 * *point[1]));
    }
    CHECK(squares.size() == 64);
  }
  CHECK(vit::sobol_sampler(space, 0)->sample(5, {}) != vit::sobol_sampler(space, 7)->sample(5, {}));
}

TEST_CASE("Constraints hold of whatever is drawn, and where nothing is left that is told") {
  Space space = vit::test::space("a: {int: [1, 20]}\nb: {int: [1, 20]}\n");
  const auto word = [](const std::string&) { return vit::Constraint::Word::parameter; };
  space.constraints.emplace_back("a % b == 0", word, "");
  for (const auto& sampler : {vit::random_sampler(space, 1), vit::sobol_sampler(space, 1)})
    for (int i = 0; i < 40; ++i) CHECK(space.allows(sampler->sample(i, {})));
  CHECK(vit::grid_sampler(space)->size() == 66);  // pairs of a number and its divisor up to 20
  space.constraints.emplace_back("a > 30", word, "");
  CHECK(vit::test::error_of([&] { (void)vit::random_sampler(space, 1)->sample(0, {}); }));
  CHECK(vit::test::error_of([&] { (void)vit::sobol_sampler(space, 1)->sample(0, {}); }));
  CHECK(vit::test::error_of([&] { (void)vit::grid_sampler(space); }));
}

TEST_CASE("TPE comes nearer to the best place than chance does") {
  const Space space = vit::test::space(
      "x: {float: [0, 1]}\ny: {log: [1e-3, 1]}\nkind: [a, b, c]\n"
      "extra: {float: [0, 1], when: {kind: b}}\n");
  const auto loss = [](const Configuration& v) {
    const double x = *v[0] - 0.3, y = std::log10(*v[1]) + 1;
    return x * x + 0.3 * y * y + (*v[2] == 1 ? (*v[3] - 0.5) * (*v[3] - 0.5) : 0.5);
  };
  double tpe_sum = 0, random_sum = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    for (double* sum : {&tpe_sum, &random_sum}) {
      const auto sampler =
          sum == &tpe_sum ? vit::tpe_sampler(space, seed) : vit::random_sampler(space, seed);
      std::vector<Observation> seen;
      double best = 1e9;
      for (int trial = 0; trial < 60; ++trial) {
        Configuration values = sampler->sample(trial, seen);
        best = std::min(best, loss(values));
        seen.push_back({trial, values, loss(values), false});
      }
      *sum += best;
    }
  }
  INFO(tpe_sum / 5 << " against " << random_sum / 5);
  CHECK(tpe_sum < 0.5 * random_sum);
}

TEST_CASE("TPE keeps away from what runs, and does not mind failures") {
  const Space space = vit::test::space("x: {float: [0, 1]}\n");
  std::vector<Observation> seen;
  for (int trial = 0; trial < 20; ++trial)
    seen.push_back({trial, {trial / 20.0}, std::abs(trial / 20.0 - 0.5), false});
  const auto sampler = vit::tpe_sampler(space, 3);
  const double alone = *sampler->sample(20, seen)[0];
  CHECK(std::abs(alone - 0.5) < 0.2);
  for (int i = 0; i < 6; ++i) seen.push_back({20 + i, {alone + 0.001 * i}, 0, true});
  CHECK(std::abs(*sampler->sample(26, seen)[0] - alone) > 0.004);
  for (Observation& observation : seen) observation.loss = std::nan("");
  CHECK(sampler->sample(27, seen)[0] == vit::random_sampler(space, 3)->sample(27, seen)[0]);
}
