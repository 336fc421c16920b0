#include "vit/tasks/detect/config.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"

namespace {

/// Images with these objects.
class ImagesWithObjects final : public vit::Dataset {
 public:
  explicit ImagesWithObjects(std::vector<std::vector<vit::Box>> boxes) : boxes_(std::move(boxes)) {}
  [[nodiscard]] std::int64_t size() const override {
    return static_cast<std::int64_t>(boxes_.size());
  }
  [[nodiscard]] vit::Sample get(std::int64_t index) const override {
    vit::Sample sample;
    annotate(index, sample);
    return sample;
  }
  [[nodiscard]] std::int64_t label(std::int64_t) const override { return -1; }
  void annotate(std::int64_t index, vit::Sample& sample) const override {
    sample.boxes = boxes_.at(static_cast<std::size_t>(index));
  }
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }

 private:
  std::vector<std::vector<vit::Box>> boxes_;
  std::vector<std::string> classes_{"cell"};
};

}  // namespace

TEST_CASE("Data without any object is refused; images without one stand beside others") {
  const vit::DetectConfig task;
  const vit::Box cell{.x0 = 1, .y0 = 1, .x1 = 5, .y1 = 5, .label = 0};
  vit::Box crowd = cell;
  crowd.crowd = true;
  task.check_data(ImagesWithObjects({{}, {}, {crowd, cell}}));
  for (const auto& nothing : {std::vector<std::vector<vit::Box>>{{}, {}}, {{}, {crowd}}}) {
    const auto error = vit::test::error_of([&] { task.check_data(ImagesWithObjects(nothing)); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::data);
    CHECK_THAT(error->problem(), Catch::Contains("none of the 2 training images"));
  }
}
