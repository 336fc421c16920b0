#include "vit/report/text_chart.h"

#include "tests/catch.h"

TEST_CASE("Values stand as bars over their columns, with the ends of the axis at the left") {
  CHECK(vit::text_chart({0, 1, 2, 4}, 4, 2) ==
        "4 │   █\n"
        "0 │ ▄██\n");
  CHECK(vit::text_chart({1, 1}, 4, 1) == "1 │████\n");
  CHECK(vit::text_chart({4, 5, 6}, 3, 1, false) == "6 │ ▄█\n");
  CHECK(vit::text_chart({}, 4, 2).empty());
}
