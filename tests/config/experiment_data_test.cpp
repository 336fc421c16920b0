#include "vit/config/experiment_data.h"

#include <set>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"

namespace {

vit::DataSplits data_of(const std::string& more) {
  return vit::open_data(
      vit::parse_experiment("data: {image_size: 16, num_train: 100, num_val: 30" + more + "}",
                            "small.yaml")
          .data);
}

std::optional<vit::Error> data_problem(const std::string& more) {
  return vit::test::error_of([&] { (void)data_of(more); });
}

}  // namespace

TEST_CASE("A subset is a part or a number of the training samples, each class in proportion") {
  CHECK(data_of("").train->size() == 100);
  const vit::DataSplits fifth = data_of(", subset: 0.2");
  CHECK(fifth.train->size() == 20);
  CHECK(fifth.val->size() == 30);
  std::set<std::int64_t> classes;
  for (std::int64_t i = 0; i < 20; ++i) classes.insert(fifth.train->label(i));
  CHECK(classes.size() == 10);
  CHECK(data_of(", subset: 40").train->size() == 40);
  const auto error = data_problem(", subset: 101");
  REQUIRE(error);
  CHECK_THAT(error->what(), Catch::Contains("asks for 101 of 100 training samples"));
}

TEST_CASE("Folds divide the training samples; each is held out once") {
  std::multiset<std::string> held_out;
  for (int fold = 0; fold < 3; ++fold) {
    const vit::DataSplits splits = data_of(", folds: 3, fold: " + std::to_string(fold));
    CHECK(splits.train->size() + splits.val->size() == 100);
    for (std::int64_t i = 0; i < splits.val->size(); ++i)
      held_out.insert(splits.val->get(i).source);
  }
  CHECK(held_out.size() == 100);
  CHECK(std::set<std::string>(held_out.begin(), held_out.end()).size() == 100);
  auto error = data_problem(", folds: 3, fold: 3");
  REQUIRE(error);
  CHECK_THAT(error->what(), Catch::Contains("data.fold") && Catch::Contains("there are 3 folds"));
}

TEST_CASE("Pictures that are to be turned upright are not cached") {
  const auto error = data_problem(", exif_orientation: true, cache: memory");
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK_THAT(error->what(), Catch::Contains("turn one of the two off"));
}
