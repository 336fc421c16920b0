#include "vit/report/plot_frame.h"

#include "tests/catch.h"
#include "tests/support/contains.h"

using vit::test::contains;
using namespace vit::svg_text;

TEST_CASE("A frame has a line and a label for each tick, and says what its axes are") {
  const PlotFrame frame{40, 240, 10, 110};
  const std::string grid = y_grid(frame, {0, 10, false, {{0, "none"}, {5, "half"}}});
  CHECK(contains(grid, "M40 110H240"));
  CHECK(contains(grid, "M40 60H240"));
  CHECK(contains(grid, ">half<"));
  const std::string names = axis_names(frame, 150, "epoch", "loss");
  CHECK(contains(names, ">epoch<"));
  CHECK(contains(names, "rotate(-90 14 60)"));
}
