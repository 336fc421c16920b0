#include "vit/tasks/detect/predictor.h"

#include <torch/types.h>

#include "tests/catch.h"

TEST_CASE("Masks behind the boxes lead back to the file, and numbers that are none are refused") {
  vit::Placement placement;
  placement.original = {20, 40};
  placement.resize({0, 0, 40, 20}, 8, 8);
  // Cells of 4 x 4 pixels; the left half is in the mask.
  const torch::Tensor found = torch::tensor({{0.F, 0.F, 4.F, 8.F, 0.9F, 1.F, 5.F, -5.F, 5.F, -5.F},
                                             {0.F, 0.F, 0.F, 0.F, 0.F, 0.F, 9.F, 9.F, 9.F, 9.F}});
  const vit::DetectedObjects objects =
      vit::objects_in_file(found, placement, {.grid = {2, 2}, .input = {8, 8}});
  REQUIRE(objects.objects.size() == 1);
  CHECK(objects.size == vit::Size2{20, 40});
  CHECK(objects.objects[0].mask == vit::RunLengths{0, 400, 400});
  CHECK_THROWS_WITH(vit::objects_in_file(found, placement), Catch::Contains("task.masks"));
}

TEST_CASE("Objects lie in the pixels of the image's file, also where it was turned and resized") {
  // A file of 40 x 20 that EXIF turns by a quarter, stretched to 32 x 32.
  vit::Placement placement;
  placement.original = {20, 40};
  placement.orient(6, 40, 20);  // now 20 wide, 40 high
  placement.resize({0, 0, 20, 40}, 32, 32);
  const vit::Box truth{.x0 = 8, .y0 = 4, .x1 = 30, .y1 = 16};
  const vit::Box seen = placement.to_input_box(truth);
  const torch::Tensor found =
      torch::tensor({{seen.x0, seen.y0, seen.x1, seen.y1, 0.9F, 2.F},
                     {-9.F, -9.F, -1.F, -1.F, 0.8F, 1.F},  // outside of the image
                     {0.F, 0.F, 0.F, 0.F, 0.F, 0.F}});
  const vit::DetectedObjects objects = vit::objects_in_file(found, placement);
  REQUIRE(objects.objects.size() == 1);
  const vit::FoundObject& object = objects.objects[0];
  CHECK(object.box.label == 2);
  CHECK(object.score == Approx(0.9));
  CHECK(object.box.x0 == Approx(truth.x0).margin(1e-3));
  CHECK(object.box.y0 == Approx(truth.y0).margin(1e-3));
  CHECK(object.box.x1 == Approx(truth.x1).margin(1e-3));
  CHECK(object.box.y1 == Approx(truth.y1).margin(1e-3));
}
