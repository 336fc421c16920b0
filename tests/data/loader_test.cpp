#include "vit/data/loader.h"
#include "vit/data/class_labels.h"

#include <torch/types.h>

#include <atomic>
#include <chrono>
#include <set>
#include <stdexcept>
#include <thread>

#include "tests/catch.h"
#include "vit/core/error.h"
#include "vit/data/sampler.h"
#include "vit/data/shapes.h"

namespace {

vit::Pipeline augmenting() {
  vit::InputSpec input;
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
  for (const std::int64_t workers : {1, 2, 8}) {
    const auto batches = read_all(*data, workers);
    REQUIRE(batches.size() == alone.size());
    for (std::size_t i = 0; i < batches.size(); ++i) {
      CHECK(torch::equal(batches[i].images, alone[i].images));
      CHECK(torch::equal(labels_of(batches[i]), labels_of(alone[i])));
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

TEST_CASE("Starting from any step gives the rest of the same epoch, on any number of workers") {
  const auto data = vit::shapes({.image_size = 24, .num_train = 37}, vit::Split::train);
  const auto all = read_all(*data, 0);
  for (const std::int64_t workers : {0, 2, 8})
    for (std::int64_t step = 0; step <= 5; ++step) {
      const auto rest = read_all(*data, workers, step);
      REQUIRE(rest.size() == all.size() - static_cast<std::size_t>(step));
      for (std::size_t i = 0; i < rest.size(); ++i)
        CHECK(torch::equal(rest[i].images, all[i + static_cast<std::size_t>(step)].images));
    }
}

TEST_CASE("Copies of one sample are augmented differently, and the first as alone") {
  const auto data = vit::shapes({.image_size = 24, .num_train = 4}, vit::Split::train);
  const vit::Pipeline pipeline = augmenting();
  const auto batch_of = [&](std::vector<std::int64_t> order, std::int64_t workers) {
    vit::EpochLoader loader(*data, pipeline, std::move(order), 1,
                            {.batch_size = 8, .workers = workers});
    return *loader.next();
  };
  const vit::Batch repeated = batch_of({2, 2, 2}, 0), once = batch_of({2}, 0);
  CHECK(torch::equal(repeated.images[0], once.images[0]));
  CHECK_FALSE(torch::equal(repeated.images[0], repeated.images[1]));
  CHECK_FALSE(torch::equal(repeated.images[1], repeated.images[2]));
  CHECK(torch::equal(repeated.images, batch_of({2, 2, 2}, 3).images));
}

TEST_CASE("Broken pictures within max_bad are replaced, the same on any number of workers") {
  const Broken data;
  const vit::Pipeline pipeline = augmenting();
  std::vector<std::int64_t> indices;
  for (const std::int64_t workers : {0, 1, 8}) {
    vit::EpochLoader loader(data, pipeline, vit::sequential_order(20), 4,
                            {.batch_size = 20, .workers = workers, .max_bad = 1});
    const auto batch = loader.next();
    REQUIRE(batch);
    const std::int64_t* values = batch->indices.data_ptr<std::int64_t>();
    const std::vector<std::int64_t> found(values, values + 20);
    CHECK(found[11] != 11);
    CHECK(found[10] == 10);
    if (workers == 0) indices = found;
    CHECK(found == indices);
  }
}

namespace {

/// Cannot read any but one of its samples.
class MostlyBroken : public Broken {
 public:
  [[nodiscard]] vit::Sample get(std::int64_t index) const override {
    if (index != 3) throw vit::Error(vit::ErrorKind::data, "bad/picture.jpg", "is cut off");
    return Broken::get(index);
  }
};

/// Reads one sample only when it is told to.
class Stalling : public Broken {
 public:
  [[nodiscard]] vit::Sample get(std::int64_t index) const override {
    if (index == 5)
      while (!released) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return Broken::get(index == 11 ? 0 : index);
  }
  [[nodiscard]] std::string source(std::int64_t index) const override {
    return "network/" + std::to_string(index) + ".jpg";
  }
  mutable std::atomic<bool> released{false};
};

}  // namespace

TEST_CASE("More broken pictures than max_bad are an error that says how many") {
  const MostlyBroken data;
  const vit::Pipeline pipeline = augmenting();
  const std::int64_t workers = GENERATE(0, 3);
  vit::EpochLoader few(data, pipeline, vit::sequential_order(20), 0,
                       {.batch_size = 20, .workers = workers, .max_bad = 2});
  CHECK_THROWS_WITH(few.next(), Catch::Contains("more broken pictures than data.max_bad, 2"));
  vit::EpochLoader many(data, pipeline, vit::sequential_order(20), 0,
                        {.batch_size = 20, .workers = workers, .max_bad = 19});
  CHECK(many.next()->indices.eq(3).all().item<bool>());
}

TEST_CASE("A data set without any sound picture ends, whatever max_bad says") {
  const vit::Pipeline pipeline = augmenting();
  class AllBroken : public Broken {
   public:
    [[nodiscard]] vit::Sample get(std::int64_t) const override {
      throw vit::Error(vit::ErrorKind::data, "bad/picture.jpg", "is cut off");
    }
  } data;
  vit::EpochLoader loader(data, pipeline, vit::sequential_order(20), 0,
                          {.batch_size = 20, .workers = 2, .max_bad = 1000});
  CHECK_THROWS_WITH(loader.next(), Catch::Contains("every picture of the data set is broken"));
}

TEST_CASE("A worker that stalls is told with the file that it reads") {
  // Its thread is left behind with the loader, so the data must outlive it: it is never destroyed.
  static const Stalling& data = *new Stalling;
  static const vit::Pipeline& pipeline = *new vit::Pipeline(augmenting());
  vit::EpochLoader loader(data, pipeline, vit::sequential_order(20), 0,
                          {.batch_size = 10, .workers = 2, .stall_timeout = 0.2});
  CHECK_THROWS_WITH(loader.next(), Catch::Contains("network/5.jpg: a worker has been reading"));
  data.released = true;
  std::this_thread::sleep_for(
      std::chrono::milliseconds(300));  // the thread ends before the program
}

TEST_CASE("With multi-crop a batch holds each view in its own size, the same for any workers") {
  const auto data = vit::shapes({.image_size = 24, .num_train = 20}, vit::Split::train);
  vit::InputSpec input;
  input.img_size = {16, 16};
  vit::AugmentOptions augment;
  augment.multi_crop.enabled = true;
  augment.multi_crop.global = {2, {16, 16}, {0.4, 1.0}};
  augment.multi_crop.local = {3, {8, 8}, {0.05, 0.4}};
  const vit::Pipeline pipeline = vit::Pipeline::training(input, augment, 3);
  const auto read = [&](std::int64_t workers) {
    vit::EpochLoader loader(*data, pipeline, vit::shuffled_order(data->size(), 3, 0), 0,
                            {.batch_size = 8, .workers = workers, .prefetch = 2});
    std::vector<vit::Batch> batches;
    while (auto batch = loader.next()) batches.push_back(*batch);
    return batches;
  };
  const auto alone = read(0), threaded = read(3);
  REQUIRE(alone.size() == 3);
  for (std::size_t i = 0; i < alone.size(); ++i) {
    const vit::Batch &batch = alone[i], &other = threaded[i];
    REQUIRE(batch.views.size() == 5);
    CHECK(batch.images.is_same(batch.views[0]));
    CHECK(batch.views[1].sizes() == torch::IntArrayRef{batch.size(), 3, 16, 16});
    CHECK(batch.views[4].sizes() == torch::IntArrayRef{batch.size(), 3, 8, 8});
    CHECK_FALSE(batch.views[0].equal(batch.views[1]));
    for (std::size_t v = 0; v < 5; ++v) CHECK(batch.views[v].equal(other.views[v]));
  }
  CHECK(alone[0].to(torch::kCPU).views.size() == 5);
  CHECK(read_all(*data, 0)[0].views.empty());  // without multi-crop there is but the picture
}

TEST_CASE("Of several versions the first ones of all samples stand before the second ones") {
  const auto data = vit::shapes({.image_size = 24, .num_train = 20}, vit::Split::train);
  vit::InputSpec input;
  input.img_size = {16, 16};
  vit::AugmentOptions augment;
  augment.train = vit::AugmentList{"random_resized_crop"};
  const vit::Pipeline clean = vit::Pipeline::training(input, augment, 3);
  augment.aa = "rand-m9";
  const vit::Pipeline pipeline = vit::Pipeline::training(input, augment, 3, {}, 3);
  const auto read = [&](const vit::Pipeline& by, std::int64_t workers) {
    vit::EpochLoader loader(*data, by, vit::shuffled_order(data->size(), 3, 0), 0,
                            {.batch_size = 8, .workers = workers, .prefetch = 2});
    std::vector<vit::Batch> batches;
    while (auto batch = loader.next()) batches.push_back(*batch);
    return batches;
  };
  const auto alone = read(pipeline, 0), threaded = read(pipeline, 3), first = read(clean, 0);
  REQUIRE(alone.size() == 3);
  for (std::size_t i = 0; i < alone.size(); ++i) {
    const vit::Batch& batch = alone[i];
    const std::int64_t samples = first[i].size();
    CHECK(batch.versions == 3);
    CHECK(batch.samples() == samples);
    CHECK(batch.size() == 3 * samples);
    CHECK(batch.images.slice(0, 0, samples).equal(first[i].images));
    for (std::int64_t version = 0; version < 3; ++version) {
      CHECK(labels_of(batch)
                .slice(0, version * samples, (version + 1) * samples)
                .equal(labels_of(first[i])));
      CHECK(batch.indices.slice(0, version * samples, (version + 1) * samples)
                .equal(first[i].indices));
    }
    CHECK_FALSE(batch.images.slice(0, samples, 2 * samples).equal(first[i].images));
    CHECK(batch.images.equal(threaded[i].images));
    CHECK(batch.to(torch::kCPU).versions == 3);
  }
}

TEST_CASE("Mosaics and batches of several sizes are the same for any number of workers") {
  const auto data =
      vit::shapes({.image_size = 24, .num_train = 37, .max_objects = 3}, vit::Split::train);
  vit::InputSpec input;
  input.img_size = {32, 48};
  vit::AugmentOptions augment;
  augment.train = vit::AugmentList{"mosaic", "resize"};
  augment.multi_scale = {0.5, 1, 2};
  augment.multi_scale_step = 16;
  const auto pipeline = vit::Pipeline::training(input, augment, 3);
  const auto all = [&](std::int64_t workers, std::int64_t first = 0) {
    vit::EpochLoader loader(*data, pipeline, vit::shuffled_order(37, 3, 1), 1,
                            {.batch_size = 4, .workers = workers, .prefetch = 2}, first);
    std::vector<vit::Batch> batches;
    while (auto batch = loader.next()) batches.push_back(*batch);
    return batches;
  };
  const auto alone = all(0);
  REQUIRE(alone.size() == 10);
  std::set<std::int64_t> heights;
  for (const vit::Batch& batch : alone) {
    heights.insert(batch.images.size(2));
    CHECK(batch.images.size(3) == (batch.images.size(2) == 16   ? 32  // 24 rounds up to a step
                                   : batch.images.size(2) == 32 ? 48
                                                                : 96));
    CHECK(batch.images.isfinite().all().item<bool>());
  }
  CHECK(heights == std::set<std::int64_t>{16, 32, 64});
  for (const std::int64_t workers : {1, 2, 8}) {
    const auto batches = all(workers), rest = all(workers, 6);
    REQUIRE(batches.size() == alone.size());
    for (std::size_t i = 0; i < batches.size(); ++i)
      CHECK(torch::equal(batches[i].images, alone[i].images));
    REQUIRE(rest.size() == 4);
    CHECK(torch::equal(rest[0].images, alone[6].images));
  }
}

TEST_CASE("A broken picture that a mosaic wants is replaced, too, or an error") {
  const Broken data;
  vit::InputSpec input;
  input.img_size = {16, 16};
  const auto pipeline = vit::Pipeline::training(input, vit::AugmentList{"mosaic", "resize"}, 3);
  std::vector<std::int64_t> order;
  for (std::int64_t i = 0; i < 20; ++i)
    if (i != 11) order.push_back(i);
  const auto first = [&](std::int64_t max_bad, std::int64_t workers) {
    return vit::EpochLoader(data, pipeline, order, 0,
                            {.batch_size = 19, .workers = workers, .max_bad = max_bad})
        .next();
  };
  CHECK_THROWS_WITH(first(0, 0), Catch::Contains("bad/picture.jpg: is cut off"));
  CHECK(torch::equal(first(1, 0)->images, first(1, 4)->images));
}
