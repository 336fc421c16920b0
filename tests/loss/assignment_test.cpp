#include "vit/loss/assignment.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "tests/catch.h"
#include "tests/support/shared.h"
#include "vit/core/error.h"
#include "vit/weights/tensors.h"

namespace {

double total(const torch::Tensor& cost, const vit::Assignment& pairs) {
  double sum = 0;
  for (std::size_t i = 0; i < pairs.rows.size(); ++i)
    sum += cost[pairs.rows[i]][pairs.cols[i]].item<double>();
  return sum;
}

std::vector<std::int64_t> listed(const torch::Tensor& indices) {
  return {indices.const_data_ptr<std::int64_t>(),
          indices.const_data_ptr<std::int64_t>() + indices.numel()};
}

/// The smallest total of a matrix with at least as many columns as rows, by trying everything.
double smallest_total(const torch::Tensor& cost) {
  std::vector<std::int64_t> cols(static_cast<std::size_t>(cost.size(1)));
  std::iota(cols.begin(), cols.end(), 0);
  double best = std::numeric_limits<double>::infinity();
  do {
    double sum = 0;
    for (std::int64_t row = 0; row < cost.size(0); ++row)
      sum += cost[row][cols[static_cast<std::size_t>(row)]].item<double>();
    best = std::min(best, sum);
  } while (std::next_permutation(cols.begin(), cols.end()));
  return best;
}

/// Costs that look arbitrary and are small whole numbers, so that many are equal.
torch::Tensor some_costs(std::int64_t rows, std::int64_t cols, std::int64_t seed) {
  return (torch::arange(rows * cols, torch::kFloat64) * 37 + seed * 11)
      .square()
      .remainder(23)
      .remainder(7)
      .reshape({rows, cols});
}

void check_fixture(const std::string& name, double tolerance) {
  const auto folder = vit::test::shared("fixtures/tasks/" + name);
  if (!folder) return;
  const auto io = vit::SafetensorsFile::open(*folder / "io.safetensors");
  const nlohmann::json meta = nlohmann::json::parse(std::ifstream(*folder / "meta.json"));
  std::int64_t checked = 0;
  for (; io.find("cost_" + std::to_string(checked)) != nullptr; ++checked) {
    const std::string number = std::to_string(checked);
    INFO(name << ", case " << number);
    const auto at = [&](const std::string& what) {
      return vit::read_tensor(io, io.at(what + "_" + number));
    };
    const torch::Tensor cost = at("cost");
    const vit::Assignment found = vit::linear_sum_assignment(cost);
    CHECK(total(cost, found) == Approx(at("total").item<double>()).epsilon(tolerance));
    const bool unique = !meta.contains("cases") ||
                        meta["cases"][static_cast<std::size_t>(checked)]["unique"].get<bool>();
    if (!unique) continue;
    CHECK(found.rows == listed(at("row")));
    CHECK(found.cols == listed(at("col")));
  }
  CHECK(checked > 10);
}

}  // namespace

TEST_CASE("Pairs are those of scipy, and their totals are equal where several are best",
          "[assignment_test]") {
  check_fixture("hungarian", 1e-12);
  check_fixture("hungarian_big", 1e-12);
}

TEST_CASE("No other pairs have a smaller total, whichever side is longer") {
  for (std::int64_t seed = 0; seed < 20; ++seed)
    for (const auto& [rows, cols] : {std::pair{1, 4}, {3, 3}, {3, 6}, {5, 5}}) {
      const torch::Tensor cost = some_costs(rows, cols, seed);
      INFO(rows << " by " << cols << ", seed " << seed);
      const vit::Assignment wide = vit::linear_sum_assignment(cost),
                            tall = vit::linear_sum_assignment(cost.t());
      CHECK(total(cost, wide) == smallest_total(cost));
      CHECK(total(cost.t(), tall) == total(cost, wide));
      CHECK(std::is_sorted(tall.rows.begin(), tall.rows.end()));
    }
}

TEST_CASE("Equal costs go to the lowest index, and empty sides have no pairs") {
  const vit::Assignment square = vit::linear_sum_assignment(torch::ones({4, 4}));
  CHECK(square.rows == std::vector<std::int64_t>{0, 1, 2, 3});
  CHECK(square.cols == square.rows);
  const vit::Assignment tall = vit::linear_sum_assignment(torch::zeros({5, 2}));
  CHECK(tall.rows == std::vector<std::int64_t>{0, 1});
  CHECK(tall.cols == std::vector<std::int64_t>{0, 1});
  CHECK(vit::linear_sum_assignment(torch::empty({4, 0})).rows.empty());
  CHECK(vit::linear_sum_assignment(torch::empty({0, 5})).cols.empty());
}

TEST_CASE("What is no number cannot be assigned") {
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    torch::Tensor cost = torch::zeros({3, 2});
    cost[2][1] = bad;
    try {
      (void)vit::linear_sum_assignment(cost);
      FAIL("took " << bad);
    } catch (const vit::Error& error) {
      CHECK(error.kind() == vit::ErrorKind::numerical);
      CHECK(error.problem().find("pair 2, 1") != std::string::npos);
    }
  }
}
