#include "vit/run/plan.h"

#include <torch/types.h>

#include "tests/catch.h"

TEST_CASE("Groups are a table, a schedule is a drawing") {
  const std::string table = vit::param_group_table(
      {{0.05, 0.5, {{"blocks.0.a", torch::zeros({4, 5})}, {"blocks.0.b", torch::zeros({1})}}}});
  CHECK_THAT(table, Catch::Contains("lr_scale") && Catch::Contains("0.5") &&
                        Catch::Contains("blocks.0.a … blocks.0.b"));
  const std::string drawing = vit::schedule_drawing(
      {{"learning rate", {0, 1, 0.5}}, {"weight decay", {0.05, 0.2, 0.2}}}, 10, 70);
  CHECK_THAT(drawing, Catch::Contains("10 epochs, 70 updates") && Catch::Contains("█") &&
                          Catch::Contains("weight decay: 0.05 at the start, 0.2 at the end"));
}

TEST_CASE("The learning-rate finder suggests nothing where the loss hardly falls") {
  vit::LrFinding flat{.rates = {1e-3, 1e-2, 1e-1}, .losses = {2.30, 2.29, 2.5}, .suggestion = 1e-3};
  CHECK_THAT(vit::lr_finding_text(flat),
             Catch::Contains("hardly falls") && !Catch::Contains("optim.lr"));
  vit::LrFinding good{.rates = {1e-3, 1e-2, 1e-1}, .losses = {2.3, 1.5, 2.5}, .suggestion = 5e-3};
  CHECK_THAT(vit::lr_finding_text(good), Catch::Contains("falls fastest at optim.lr: 0.005"));
}
