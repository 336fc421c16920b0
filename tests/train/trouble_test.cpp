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
