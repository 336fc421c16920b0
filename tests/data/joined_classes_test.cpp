#include "vit/data/joined_classes.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/data/pixel_records.h"

using namespace vit;

namespace {

using Names = std::vector<std::string>;

/// One sample of each class, in their order.
std::unique_ptr<Dataset> one_of_each(Names classes) {
  std::vector<std::uint8_t> labels, pixels(classes.size());
  for (std::size_t i = 0; i < classes.size(); ++i) labels.push_back(static_cast<std::uint8_t>(i));
  return std::make_unique<PixelRecords>("test", 1, 1, 1, std::move(pixels), std::move(labels),
                                        std::move(classes));
}

std::vector<std::int64_t> labels_of(const Dataset& data) {
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    labels.push_back(data.label(i));
    CHECK(data.get(i).label == data.label(i));
    CHECK(data.read(i).label == data.label(i));
    Sample sample;
    data.annotate(i, sample);
    CHECK(sample.label == data.label(i));
  }
  return labels;
}

std::vector<std::int64_t> joined(Names data, const Names& model, bool foreign = false) {
  const auto set = join_classes(one_of_each(std::move(data)), model, "model", foreign);
  CHECK(set->classes() == model);
  return labels_of(*set);
}

Error refusal(Names data, const Names& model, bool foreign) {
  const auto error = test::error_of(
      [&] { (void)join_classes(one_of_each(std::move(data)), model, "model", foreign); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  return *error;
}

using Labels = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("Classes are joined by name, whatever their order, and the data may lack some") {
  CHECK(joined({"cup", "key"}, {"cup", "key"}) == Labels{0, 1});
  CHECK(joined({"1", "10", "2", "20"}, {"1", "2", "10", "20"}) == Labels{0, 2, 1, 3});
  CHECK(joined({"pen", "cup"}, {"cup", "key", "pen"}, true) == Labels{2, 0});
  CHECK(joined({"0", "1", "10", "2"}, {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}) ==
        Labels{0, 1, 10, 2});
}

TEST_CASE("Where one side has no names, classes are taken in their order if there are as many") {
  CHECK(joined({"cup", "key"}, {"0", "1"}) == Labels{0, 1});
  CHECK(joined({"cup", "key"}, {"LABEL_0", "LABEL_1"}, true) == Labels{0, 1});
  CHECK(joined({"n01", "n02"}, {"tench", "goldfish"}, true) == Labels{0, 1});
  CHECK_THAT(refusal({"cup", "key"}, {"0", "1", "2"}, true).what(),
             Catch::Contains("3 (0, 1, 2) and 2 (cup, key)"));
}

TEST_CASE("A class that the model does not know is refused by its name") {
  const Error own = refusal({"cup", "zebra"}, {"cup", "key"}, false);
  CHECK_THAT(own.what(), Catch::Contains("zebra") && Catch::Contains("data.class_map"));
  refusal({"cup", "zebra"}, {"cup", "key"}, true);
  refusal({"n01", "n02"}, {"tench", "goldfish"}, false);
}

TEST_CASE("Numbers and LABEL_0 are no names") {
  CHECK_FALSE(are_names({"0", "1"}));
  CHECK_FALSE(are_names({"LABEL_0", "LABEL_1"}));
  CHECK(are_names({"1", "0"}));
  CHECK(are_names({"cup"}));
}
