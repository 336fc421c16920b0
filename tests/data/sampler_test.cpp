#include "vit/data/sampler.h"

#include <algorithm>
#include <map>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/data/pixel_records.h"

using vit::shuffled_order;

TEST_CASE("A shuffled order holds every index once") {
  for (const std::int64_t size : {0, 1, 2, 1000}) {
    std::vector<std::int64_t> order = shuffled_order(size, 1, 0);
    std::sort(order.begin(), order.end());
    CHECK(order == vit::sequential_order(size));
  }
}

TEST_CASE("The order is a function of seed and epoch, and other for another of either") {
  CHECK(shuffled_order(100, 1, 0) == shuffled_order(100, 1, 0));
  CHECK(shuffled_order(100, 1, 0) != shuffled_order(100, 1, 1));
  CHECK(shuffled_order(100, 1, 0) != shuffled_order(100, 2, 0));
  CHECK(shuffled_order(100, 1, 0) != vit::sequential_order(100));
}

TEST_CASE("Every order of three comes up, each about as often") {
  std::map<std::vector<std::int64_t>, int> counts;
  for (std::int64_t epoch = 0; epoch < 6000; ++epoch) ++counts[shuffled_order(3, 1, epoch)];
  CHECK(counts.size() == 6);
  for (const auto& [order, count] : counts) {
    CHECK(count > 1000 - 116);  // four standard deviations of a binomial
    CHECK(count < 1000 + 116);
  }
}

TEST_CASE("The sequential order counts") {
  CHECK(vit::sequential_order(3) == std::vector<std::int64_t>{0, 1, 2});
  CHECK(vit::sequential_order(0).empty());
}

namespace {

/// 1x1 pictures with these labels.
vit::PixelRecords labelled(std::vector<std::uint8_t> labels) {
  std::vector<std::uint8_t> pixels(labels.size());
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i);
  return {"test", 1, 1, 1, std::move(pixels), std::move(labels), {"a", "b", "c"}};
}

}  // namespace

TEST_CASE("Training takes each sample once, in the shuffled order, unless it is told otherwise") {
  const auto data = labelled({0, 0, 1, 2});
  CHECK(vit::training_order(data, {}, 5, 3) == shuffled_order(4, 5, 3));
}

TEST_CASE("Repeated augmentation: copies stand together, an epoch sees fewer samples") {
  const auto data = labelled({0, 0, 1, 2, 1, 0, 2});
  const auto order = vit::training_order(data, {.aug_repeats = 3}, 5, 3);
  const auto plain = shuffled_order(7, 5, 3);
  CHECK(order == std::vector<std::int64_t>{plain[0], plain[0], plain[0], plain[1], plain[1],
                                           plain[1], plain[2]});
}

TEST_CASE("Class-balanced drawing gives each class its share, whatever its size") {
  std::vector<std::uint8_t> labels(9000, 0);
  std::fill_n(labels.begin(), 900, std::uint8_t{1});
  std::fill_n(labels.begin(), 100, std::uint8_t{2});
  const auto data = labelled(labels);
  const vit::SamplerOptions options{.sampler = "class_balanced"};
  const auto order = vit::training_order(data, options, 1, 0);
  REQUIRE(order.size() == 9000);
  std::map<std::int64_t, int> count;
  for (const std::int64_t index : order) ++count[data.label(index)];
  for (const auto& [label, times] : count) CHECK(std::abs(times - 3000) < 180);  // 4 sigma
  CHECK(order == vit::training_order(data, options, 1, 0));
  CHECK(order != vit::training_order(data, options, 1, 1));
}

TEST_CASE("Weighted drawing: never weight 0, and errors with the line") {
  const vit::test::ScratchFolder folder;
  const auto data = labelled({0, 1, 2});
  vit::SamplerOptions options{.sampler = "weighted"};
  const auto problem = [&](const std::string& text) {
    vit::test::put(folder / "w.txt", text);
    options.sample_weights = (folder / "w.txt").string();
    const auto error = vit::test::error_of([&] { (void)vit::training_order(data, options, 1, 0); });
    return error ? std::string(error->what()) : std::string();
  };
  CHECK(problem("0\n1\n3e-1\n").empty());
  int twos = 0;
  for (std::int64_t epoch = 0; epoch < 1000; ++epoch)
    for (const std::int64_t index : vit::training_order(data, options, 1, epoch)) {
      CHECK(index != 0);
      twos += index == 2 ? 1 : 0;
    }
  CHECK(std::abs(twos - 3000 * 0.3 / 1.3) < 4 * 23.1);
  CHECK_THAT(problem("1\n-1\n1\n"), Catch::Contains("w.txt:2: expected a weight"));
  CHECK_THAT(problem("1\nnan\n1\n"), Catch::Contains("w.txt:2"));
  CHECK_THAT(problem("1\n1\n"), Catch::Contains("holds 2 weights, and there are 3 samples"));
  CHECK_THAT(problem("0\n0\n0\n"), Catch::Contains("all weights are 0"));
  options.sample_weights.clear();
  CHECK(vit::test::error_of([&] { (void)vit::training_order(data, options, 1, 0); })->kind() ==
        vit::ErrorKind::usage);
}

TEST_CASE("Ranks share each step's batch and get equally many") {
  const auto order = shuffled_order(10, 1, 0);
  std::vector<std::int64_t> together;
  const auto a = vit::rank_order(order, 0, 3), b = vit::rank_order(order, 1, 3),
             c = vit::rank_order(order, 2, 3);
  REQUIRE(a.size() == 4);
  CHECK((b.size() == 4 && c.size() == 4));
  for (std::size_t i = 0; i < 4; ++i)
    for (const auto* rank : {&a, &b, &c}) together.push_back((*rank)[i]);
  CHECK(std::vector<std::int64_t>(together.begin(), together.begin() + 10) == order);
  CHECK(together[10] == order[0]);
  CHECK(vit::rank_order(order, 0, 1) == order);
}
