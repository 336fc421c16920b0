#include "vit/data/subset.h"

#include <algorithm>
#include <map>

#include "tests/catch.h"
#include "vit/data/pixel_records.h"

using namespace vit;

namespace {

std::unique_ptr<Dataset> labelled_records(std::vector<std::uint8_t> labels) {
  std::vector<std::uint8_t> pixels(labels.size());
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i);
  return std::make_unique<PixelRecords>("test", 1, 1, 1, std::move(pixels), std::move(labels),
                                        std::vector<std::string>{"a", "b", "c"});
}

std::unique_ptr<Dataset> sixty_thirty_ten() {
  std::vector<std::uint8_t> labels(100, 0);
  std::fill_n(labels.begin(), 30, std::uint8_t{1});
  std::fill_n(labels.begin() + 90, 10, std::uint8_t{2});
  return labelled_records(labels);
}

}  // namespace

TEST_CASE("A subset has the samples that were chosen, in their order") {
  const auto subset = subset_of(labelled_records({0, 1, 2, 0}), {3, 1});
  REQUIRE(subset->size() == 2);
  CHECK(subset->label(0) == 0);
  CHECK(subset->get(1).image.pixels[0] == 1);
  CHECK(subset->source(0) == "sample 3");
  CHECK(subset->classes().size() == 3);
}

TEST_CASE("A part of a data set keeps the shares of the classes, by the seed") {
  const auto data = sixty_thirty_ten();
  const auto chosen = stratified_subset(*data, 20, 1);
  CHECK(chosen.size() == 20);
  CHECK(std::is_sorted(chosen.begin(), chosen.end()));
  std::map<std::int64_t, int> count;
  for (const std::int64_t index : chosen) ++count[data->label(index)];
  CHECK(count[0] == 12);
  CHECK(count[1] == 6);
  CHECK(count[2] == 2);
  CHECK(stratified_subset(*data, 20, 1) == chosen);
  CHECK(stratified_subset(*data, 20, 2) != chosen);
  CHECK(stratified_subset(*data, 17, 1).size() == 17);
  CHECK(stratified_subset(*data, 1000, 1).size() == 100);
}

TEST_CASE("Folds are of equal size, in all and in each class, and every sample is in one") {
  const auto data = sixty_thirty_ten();
  const auto fold = fold_of_each(*data, 7, 1);
  std::map<std::int64_t, int> sizes;
  std::map<std::pair<std::int64_t, std::int64_t>, int> of_class;
  for (std::int64_t i = 0; i < data->size(); ++i) {
    ++sizes[fold[static_cast<std::size_t>(i)]];
    ++of_class[{data->label(i), fold[static_cast<std::size_t>(i)]}];
  }
  REQUIRE(sizes.size() == 7);
  for (const auto& [number, size] : sizes) CHECK((size == 14 || size == 15));
  for (std::int64_t number = 0; number < 7; ++number) {
    CHECK(std::abs(of_class[{0, number}] - 60 / 7) <= 1);
    CHECK(std::abs(of_class[{1, number}] - 30 / 7) <= 1);
  }
  CHECK(fold_of_each(*data, 7, 1) == fold);
  CHECK(fold_of_each(*data, 7, 2) != fold);
}
