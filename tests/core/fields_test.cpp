#include "vit/core/fields.h"

#include <string>
#include <vector>

#include "tests/catch.h"

using namespace vit;

TEST_CASE("nearest finds the name that was meant") {
  const std::vector<std::string> names{"lr", "weight_decay", "momentum", "opt", "clip_grad"};
  CHECK(nearest("weigth_decay", names) == "weight_decay");
  CHECK(nearest("weight-decay", names) == "weight_decay");
  CHECK(nearest("WeightDecay", names) == "weight_decay");
  CHECK(nearest("momentun", names) == "momentum");
  CHECK(nearest("LR", names) == "lr");
  CHECK(nearest("lrr", names) == "lr");
  CHECK(nearest("ot", names) == "opt");
}

TEST_CASE("nearest prefers the smaller distance, then the first") {
  CHECK(nearest("blocks.1", {"blocks.10", "blocks.1", "blocks.2"}) == "blocks.1");
  CHECK(nearest("cutmax", {"mixup", "cutmix", "cutout"}) == "cutmix");
  CHECK(nearest("ab", {"ac", "ad"}) == "ac");
}

TEST_CASE("nearest counts two swapped letters as one change") {
  CHECK(nearest("sdg", {"adam", "sgd"}) == "sgd");
}

TEST_CASE("nearest takes a part of a name for the name") {
  CHECK(nearest("crop", {"hflip", "random_crop"}) == "random_crop");
  CHECK(nearest("op", {"hflip", "random_crop"}).empty());
}

TEST_CASE("nearest keeps silent where nothing is near") {
  CHECK(nearest("abc", {"opt", "lr", "betas"}).empty());
  CHECK(nearest("learning_rate", {"lr", "layer_decay"}).empty());
  CHECK(nearest("", {"lr"}).empty());
  CHECK(nearest("x", {}).empty());
  CHECK(nearest(std::string(10'000'000, 'x'), {"lr", "weight_decay"}).empty());
}

TEST_CASE("a range holds both of its ends") {
  CHECK(kProbability.low == 0);
  CHECK(kProbability.high == 1);
  CHECK(kPositive.low > 0);
  CHECK(kPositive.low < 1e-300);
}
