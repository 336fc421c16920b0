#include "vit/core/metric.h"

#include <cmath>

#include "tests/catch.h"

TEST_CASE("Better is larger or smaller as the metric has it, and what is not a number never is") {
  const double nan = std::nan("");
  CHECK(vit::is_better(vit::Better::larger, 2, 1));
  CHECK_FALSE(vit::is_better(vit::Better::larger, 1, 1));
  CHECK(vit::is_better(vit::Better::smaller, 1, 2));
  CHECK_FALSE(vit::is_better(vit::Better::smaller, 2, 1));
  CHECK(vit::is_better(vit::Better::smaller, 2, std::nullopt));
  CHECK_FALSE(vit::is_better(vit::Better::larger, nan, std::nullopt));
  CHECK_FALSE(vit::is_better(vit::Better::larger, nan, 1));
  CHECK(vit::is_better(vit::Better::larger, 0, nan));
}

TEST_CASE("A metric is found by its name, and shown by its title where it has one") {
  const vit::Metrics metrics = {{.name = "top1", .value = 90, .title = "top-1"},
                                {.name = "loss", .value = 0.5}};
  CHECK(vit::value_of(metrics, "loss") == 0.5);
  CHECK_FALSE(vit::value_of(metrics, "f1"));
  CHECK(metrics[0].shown_as() == "top-1");
  CHECK(metrics[1].shown_as() == "loss");
}
