#include "vit/data/loader.h"

#include <torch/torch.h>

#include <stdexcept>

#include "tests/catch.h"
#include "vit/core/error.h"
#include "vit/data/sampler.h"
#include "vit/data/shapes.h"

namespace {

vit::Pipeline augmenting() {
  vit::Preprocessing input;
  input.img_size = {16, 16};
  return vit::Pipeline::training(input, vit::AugmentList{"random_resized_crop", "hflip"}, 3);
}

std::vector<vit::Batch> read_all(const vit::Dataset& data, std::int64_t workers,
                                 std::int64_t first_batch = 0, std::int64_t epoch = 1) {
  const vit::Pipeline pipeline = augmenting();
  vit::EpochLoader loader(data, pipeline, vit::shuffled_order(data.size(), 3, epoch), epoch,
                          {.batch_size = 8, .workers = workers, .prefetch = 2}, first_batch);
  std::vector<vit::Batch> batches;
  while (auto batch = loader.next()) batches.push_back(*batch);
  return batches;
}

/// Cannot read one of its samples.
class Broken : public vit::Dataset {
 public:
  [[nodiscard]] std::int64_t size() const override { return 20; }
  [[nodiscard]] vit::Sample get(std::int64_t index) const override {
    if (index == 11) throw vit::Error(vit::ErrorKind::data, "bad/picture.jpg", "is cut off");
    vit::Sample sample;
    sample.image = vit::Image(16, 16, 3);
    sample.label = 0;
    return sample;
  }
  [[nodiscard]] std::int64_t label(std::int64_t) const override { return 0; }
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }

 private:
  std::vector<std::string> classes_{"one"};
};

}  // namespace

TEST_CASE("The batches of an epoch are the same for any number of workers") {
  const auto data = vit::shapes({.image_size = 24, .num_train = 37}, vit::Split::train);
  const auto alone = read_all(*data, 0);
  REQUIRE(alone.size() == 5);
  CHECK(alone.back().size() == 5);
  for (const std::int64_t workers : {1, 4}) {
    const auto batches = read_all(*data, workers);
    REQUIRE(batches.size() == alone.size());
    for (std::size_t i = 0; i < batches.size(); ++i) {
      CHECK(torch::equal(batches[i].images, alone[i].images));
      CHECK(torch::equal(batches[i].labels, alone[i].labels));
      CHECK(torch::equal(batches[i].indices, alone[i].indices));
    }
  }
}

TEST_CASE("An epoch that begins at a later batch gives the rest of the same epoch") {
  const auto data = vit::shapes({.image_size = 24, .num_train = 37}, vit::Split::train);
  const auto all = read_all(*data, 2), rest = read_all(*data, 2, 3);
  REQUIRE(rest.size() == 2);
  CHECK(torch::equal(rest[0].images, all[3].images));
  CHECK(torch::equal(rest[1].images, all[4].images));
}

TEST_CASE("Another epoch has another order and other augmentations") {
  const auto data = vit::shapes({.image_size = 24, .num_train = 37}, vit::Split::train);
  CHECK_FALSE(
      torch::equal(read_all(*data, 0, 0, 1)[0].indices, read_all(*data, 0, 0, 2)[0].indices));
}

TEST_CASE(
    "A picture that cannot be read is an error of its own batch, in the thread that asks for it") {
  const Broken data;
  const vit::Pipeline pipeline = augmenting();
  const std::int64_t workers = GENERATE(0, 3);
  vit::EpochLoader loader(data, pipeline, vit::sequential_order(20), 0,
                          {.batch_size = 8, .workers = workers});
  CHECK(loader.next()->size() == 8);
  CHECK_THROWS_WITH(loader.next(), Catch::Contains("bad/picture.jpg: is cut off"));
}

TEST_CASE("A loader that is left early ends its threads") {
  const auto data = vit::shapes({.image_size = 24, .num_train = 1000}, vit::Split::train);
  const vit::Pipeline pipeline = augmenting();
  vit::EpochLoader loader(*data, pipeline, vit::sequential_order(1000), 0,
                          {.batch_size = 8, .workers = 4});
  CHECK(loader.next()->size() == 8);
}
