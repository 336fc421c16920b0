#include "vit/run/compare_runs.h"

#include "tests/catch.h"
#include "tests/run/bench.h"
#include "vit/core/error.h"

using vit::Comparison;
using vit::test::Bench;

namespace {

/// Two experiments of two seeds, small as can be.
struct Runs : Bench {
  Runs() {
    for (const char* seed : {"0", "1"}) {
      const std::string set = std::string("seed=") + seed;
      run(std::string("slow-") + seed, "", {}, nullptr, {set, "schedule.epochs=2"});
      run(std::string("fast-") + seed, "", {}, nullptr,
          {set, "schedule.epochs=2", "optim.lr=0.01", "data.workers=1"});
    }
  }
  [[nodiscard]] std::vector<std::filesystem::path> paths(
      const std::vector<std::string>& names) const {
    std::vector<std::filesystem::path> all;
    for (const std::string& name : names) all.push_back(folder / name);
    return all;
  }
};

}  // namespace

TEST_CASE("Runs that differ by their seed alone are one experiment, held against the first") {
  const Runs runs;
  const Comparison found = vit::compare_runs(runs.paths({"slow-0", "fast-0", "slow-1", "fast-1"}));
  REQUIRE(found.groups.size() == 2);
  CHECK(found.metric.name == "top1");
  CHECK(found.groups[0].name == "slow");
  CHECK(found.groups[1].name == "fast");
  CHECK(found.groups[1].runs == std::vector<std::size_t>{1, 3});
  REQUIRE(found.differences.size() == 1);  // threads that read have no say in results
  CHECK(found.differences.front().key == "optim.lr");
  CHECK(found.differences.front().values == std::vector<std::string>{"0.001", "0.01"});
  REQUIRE(found.comparisons.size() == 1);
  const vit::GroupComparison& one = found.comparisons.front();
  CHECK(one.pairs == 2);
  CHECK(one.difference == Approx(found.groups[1].mean - found.groups[0].mean));
  REQUIRE(one.interval);
  CHECK(one.interval->low <= one.difference);
  CHECK(one.interval->high >= one.difference);
  REQUIRE(one.images.size() == 2);
  for (const vit::ImageComparison& images : one.images) {
    CHECK(images.images == 16);
    // What the tables say of both, image by image.
    const auto value = [&](std::size_t run) {
      return *found.runs[run].entry.metrics.front().best * 16 / 100;
    };
    CHECK(static_cast<double>(images.only_b - images.only_a) ==
          Approx(value(images.b) - value(images.a)));
  }
  const std::string page = vit::comparison_page(found);
  CHECK_THAT(page, Catch::Contains("slow (mean of 2)") && Catch::Contains("optim.lr") &&
                       Catch::Contains("McNemar") && Catch::Contains("paired bootstrap"));
}

TEST_CASE("What cannot be compared image by image is told, and the rest is compared") {
  const Runs runs;
  std::filesystem::remove(runs.folder / "fast-0/predictions.csv");
  const Comparison found = vit::compare_runs(runs.paths({"slow-0", "fast-0"}), "loss");
  CHECK(found.metric.better == vit::Better::smaller);
  REQUIRE(found.comparisons.size() == 1);
  CHECK(found.comparisons.front().images.empty());
  CHECK_FALSE(found.comparisons.front().interval);  // of one seed
  CHECK_THAT(found.comparisons.front().no_images, Catch::Contains("vit runs report"));
  vit::test::put(runs.folder / "fast-0/predictions.csv",
                 "index,right,truth,predicted,probability\n0,1,0,0,0.5\n");
  CHECK_THAT(vit::compare_runs(runs.paths({"slow-0", "fast-0"})).comparisons.front().no_images,
             Catch::Contains("same images"));
}

TEST_CASE("Runs that do not share the metric, and what is no run, are refused") {
  const Runs runs;
  for (const std::string metric : {"map", ""}) {
    const auto error = vit::test::error_of([&] {
      (void)vit::compare_runs(runs.paths({"slow-0", metric.empty() ? "none" : "fast-0"}), metric);
    });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::usage);
  }
}
