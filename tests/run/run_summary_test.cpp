#include "vit/run/run_summary.h"

#include <cmath>
#include <cstdio>

#include "tests/catch.h"
#include "tests/run/bench.h"

using vit::test::Bench;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

}  // namespace

TEST_CASE("A run's report has its figures, its config, and a picture of each kind of answer") {
  Bench bench;
  const vit::RunResult result = bench.run("my run");
  const std::string page = vit::test::get(bench.folder / "my run/report.html");
  CHECK_THAT(page, Catch::Contains("my run"));
  CHECK_THAT(page, Catch::Contains("vit_tiny_patch16_224"));
  CHECK_THAT(page, Catch::Contains("LibTorch"));
  CHECK_THAT(page, Catch::Contains("num_train: 32"));  // the resolved config
  char top1[32];
  std::snprintf(top1, sizeof top1, "%.2f", result.best.front().value);
  CHECK_THAT(page, Catch::Contains(top1));
  // Of 16 pictures at most 24 mistakes and 12 hits: all of the mistakes, some of the others.
  const auto hits = static_cast<std::size_t>(std::lround(result.best.front().value / 100 * 16));
  CHECK(count(page, "class=\"card sample wrong\"") == 16 - hits);
  constexpr std::size_t kOfTraining = 8;  // of the batch that it shows
  CHECK(count(page, "class=\"card sample\"") == std::min<std::size_t>(hits, 12) + kOfTraining);
  CHECK(count(page, "data:image/") >= 16 - hits);
}
