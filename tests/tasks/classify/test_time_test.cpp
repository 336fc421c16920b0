#include <torch/types.h>

#include "tests/catch.h"
#include "vit/tasks/classify/test_time.h"
#include "vit/tasks/task_config.h"

using namespace vit;

TEST_CASE("a factor of one changes nothing") {
  const torch::Tensor images = torch::arange(2 * 3 * 4 * 5, torch::kFloat32).view({2, 3, 4, 5});
  CHECK(torch::equal(test_time_views(images, 1), images));
}

TEST_CASE("the first two views are the picture and its mirror, one after the other") {
  const torch::Tensor images = torch::arange(2 * 3 * 32 * 32, torch::kFloat32).view({2, 3, 32, 32});
  const torch::Tensor views = test_time_views(images, 2);
  REQUIRE(views.size(0) == 4);
  CHECK(torch::equal(views[0], images[0]));
  CHECK(torch::equal(views[1], images[0].flip(2)));
  CHECK(torch::equal(views[2], images[1]));
}

TEST_CASE("further views are moved by a sixteenth, with the border repeated") {
  const torch::Tensor images =
      torch::arange(32, torch::kFloat32).expand({1, 1, 32, 32}).contiguous();
  const torch::Tensor views = test_time_views(images, kMostPredictedViews);
  REQUIRE(views.size(0) == 10);
  CHECK(views[2][0][0][0].item<float>() == 0);  // from two columns to the left: the border
  CHECK(views[2][0][0][5].item<float>() == 3);
  CHECK(views[4][0][0][5].item<float>() == 7);
}

TEST_CASE("logits are averaged over the views of each picture") {
  const torch::Tensor logits = torch::tensor({{1.F, 3.F}, {3.F, 5.F}, {0.F, 0.F}, {2.F, 8.F}});
  CHECK(torch::equal(mean_over_views(logits, 2), torch::tensor({{2.F, 4.F}, {1.F, 4.F}})));
}
