#include "vit/train/trouble.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "tests/catch.h"

TEST_CASE("What diverged is told with place, figures, samples and what to do") {
  const vit::UpdateEvent event{.update = 41,
                               .epoch = 2,
                               .batch = 3,
                               .batches = 10,
                               .loss = std::numeric_limits<double>::quiet_NaN(),
                               .lr = 0.5,
                               .samples = {7, 5}};
  const vit::Error error = vit::trouble_error(event);
  CHECK(error.exit_code() == 6);
  CHECK(error.where() == "epoch 2, batch 3 of 10");
  CHECK_THAT(error.what(), Catch::Contains("the loss is nan in update 41"));
  CHECK_THAT(error.remedy(), Catch::Contains("--step 41"));
  CHECK_THAT(vit::trouble_error(event, "; no checkpoint").what(), Catch::Contains("no checkpoint"));
  const auto json = nlohmann::json::parse(vit::trouble_json(event));
  CHECK(json.at("loss") == "nan");
  CHECK(json.at("samples") == std::vector<int>{7, 5});
}

TEST_CASE("A loss far above the recent ones is a spike, and does not count among them") {
  vit::LossWatch watch(6);
  for (int i = 0; i < 50; ++i) CHECK_FALSE(watch.see(2.0 + 0.01 * (i % 3)));
  const auto mean = watch.see(5.0);
  REQUIRE(mean);
  CHECK(*mean == Approx(2.01).margin(0.01));
  CHECK(watch.see(5.0));
  CHECK_FALSE(watch.see(2.02));
}

TEST_CASE("The first losses, falling ones, and a watch that is off say nothing") {
  vit::LossWatch first(6), falling(6), off(0);
  CHECK_FALSE(first.see(1));
  CHECK_FALSE(first.see(100));
  for (int i = 0; i < 300; ++i) CHECK_FALSE(falling.see(10.0 / (1 + i)));
  for (int i = 0; i < 50; ++i) (void)off.see(1.0);
  CHECK_FALSE(off.see(1000.0));
}
