#include "vit/train/task.h"

#include "tests/catch.h"

TEST_CASE("An input is found by its name, and one that is missing is asked for") {
  const vit::NamedTensors inputs{{"x", torch::zeros({1})}, {"noise", torch::ones({2})}};
  CHECK(vit::input_of(inputs, "noise").size(0) == 2);
  CHECK_THROWS_WITH(vit::input_of(inputs, "input_ids"), Catch::Contains("input_ids"));
}
