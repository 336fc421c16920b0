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

/// One image with a box and a pixel of each class, and a pixel that is ignored.
class OneImage final : public Dataset {
 public:
  explicit OneImage(Names classes, Names mask_classes = {})
      : classes_(std::move(classes)),
        mask_classes_(mask_classes.empty() ? classes_ : std::move(mask_classes)) {}
  [[nodiscard]] std::int64_t size() const override { return 1; }
  [[nodiscard]] Sample get(std::int64_t index) const override {
    Sample sample;
    annotate(index, sample);
    for (std::size_t i = 0; i < mask_classes_.size(); ++i)
      sample.mask.pixels.push_back(static_cast<std::uint8_t>(i));
    sample.mask.pixels.push_back(kIgnoredClass);
    return sample;
  }
  void annotate(std::int64_t /*index*/, Sample& sample) const override {
    for (std::size_t i = 0; i < classes_.size(); ++i)
      sample.boxes.push_back({0, 0, 1, 1, static_cast<std::int64_t>(i)});
  }
  [[nodiscard]] std::int64_t label(std::int64_t /*index*/) const override { return -1; }
  [[nodiscard]] const Names& classes() const override { return classes_; }
  [[nodiscard]] const Names& mask_classes() const override { return mask_classes_; }

 private:
  Names classes_, mask_classes_;
};

Labels boxes_of(const Sample& sample) {
  Labels labels;
  for (const Box& box : sample.boxes) labels.push_back(box.label);
  return labels;
}

using Pixels = std::vector<std::uint8_t>;

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

TEST_CASE("Boxes and masks are joined with their class, one list of names for both or two") {
  const Names model{"cup", "key", "pen"};
  auto one = join_classes(std::make_unique<OneImage>(Names{"pen", "cup"}), model, "m", false);
  CHECK(boxes_of(one->get(0)) == Labels{2, 0});
  CHECK(one->get(0).mask.pixels == Pixels{2, 0, kIgnoredClass});
  CHECK(one->get(0).label == -1);
  CHECK(one->mask_classes() == model);
  Sample annotated;
  one->annotate(0, annotated);
  CHECK(boxes_of(annotated) == Labels{2, 0});

  const Names with_ground{"ground", "cup", "key"};
  auto masks =
      join_classes(std::make_unique<OneImage>(Names{"key", "cup"}, Names{"key", "ground", "cup"}),
                   with_ground, "m", false, JoinedPart::masks);
  CHECK(masks->get(0).mask.pixels == Pixels{2, 0, 1, kIgnoredClass});
  CHECK(boxes_of(masks->get(0)) == Labels{0, 1});
  CHECK(masks->classes() == Names{"key", "cup"});
  CHECK(masks->mask_classes() == with_ground);
}

TEST_CASE("Validation has training's numbers where its names are among training's") {
  std::unique_ptr<Dataset> data = std::make_unique<OneImage>(Names{"pen", "cup"});
  const auto joined_val = joined_to_training(data, {"cup", "key", "pen"});
  REQUIRE(joined_val);
  CHECK(boxes_of(joined_val->get(0)) == Labels{2, 0});
  data = std::make_unique<OneImage>(Names{"pen", "zebra"});
  CHECK_FALSE(joined_to_training(data, {"cup", "pen"}));
  CHECK(data);
}
