#include "vit/tasks/detect/objects.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"

namespace {

vit::Sample sample_with(std::vector<vit::Box> boxes) {
  vit::Sample sample;
  sample.source = "a.png";
  sample.boxes = std::move(boxes);
  sample.placement.original = {30, 40};
  return sample;
}

}  // namespace

TEST_CASE("Objects of samples are collected as they are, images without any among them") {
  const vit::ObjectCollator collator(3);
  const auto annotations = collator.allocate(2, {16, 16}, {});
  collator.put(*annotations, 1, sample_with({{1, 2, 3, 4, 2, true}, {5, 6, 50, 60, 0}}));
  collator.put(*annotations, 0, sample_with({}));
  const auto copy = annotations->to(torch::kCPU);
  const auto& lists = dynamic_cast<const vit::ObjectLists&>(*copy);
  CHECK(lists.objects[0].empty());
  REQUIRE(lists.objects[1].size() == 2);
  CHECK(lists.objects[1][0].difficult);
  CHECK(lists.objects[1][1].x1 == 50);
  CHECK(lists.sizes[1] == vit::Size2{30, 40});
  CHECK(lists.sources[0] == "a.png");
}

TEST_CASE("Where masks are learned, an object without one is refused with its sample") {
  const vit::ObjectCollator collator(3, true);
  const auto annotations = collator.allocate(1, {16, 16}, {});
  vit::Box box{0, 0, 1, 1, 1};
  const auto error =
      vit::test::error_of([&] { collator.put(*annotations, 0, sample_with({box})); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK_THAT(error->what(), Catch::Contains("a.png: has an object without a mask"));
  box.mask = std::make_shared<const vit::Image>(40, 30, 1);
  collator.put(*annotations, 0, sample_with({box}));
  CHECK(dynamic_cast<const vit::ObjectLists&>(*annotations).objects[0][0].mask == box.mask);
}

TEST_CASE("A box of a class that is none of the task's is refused with its sample") {
  const vit::ObjectCollator collator(3);
  const auto annotations = collator.allocate(1, {16, 16}, {});
  for (const std::int64_t label : {3, -1}) {
    const auto error = vit::test::error_of([&] {
      collator.put(*annotations, 0, sample_with({{0, 0, 1, 1, label}}));
    });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::data);
    CHECK_THAT(error->what(),
               Catch::Contains("a.png: has a box of class " + std::to_string(label)));
  }
}
