#include "vit/report/axis.h"

#include <cmath>
#include <string>

#include "tests/catch.h"

using namespace vit;

namespace {

std::string labels(const Axis& axis) {
  std::string text;
  for (const Tick& tick : axis.ticks) text += (text.empty() ? "" : " ") + tick.label;
  return text;
}

}  // namespace

TEST_CASE("ticks stand at 1, 2 or 5 times a power of ten, all written alike") {
  CHECK(labels(linear_axis(0, 100, 5, true)) == "0 20 40 60 80 100");
  CHECK(labels(linear_axis(0.31, 2.44, 5, true)) == "0 0.5 1.0 1.5 2.0 2.5");
  CHECK(labels(linear_axis(0, 0.001, 5, true)) == "0 0.0002 0.0004 0.0006 0.0008 0.0010");
  CHECK(labels(linear_axis(0, 3e-5, 3, true)) == "0 1e-05 2e-05 3e-05");
  CHECK(labels(linear_axis(-1, 1, 4, true)) == "-1.0 -0.5 0 0.5 1.0");
}

TEST_CASE("an axis that isn't rounded ends with its data") {
  const Axis axis = linear_axis(1, 50, 8, false);
  CHECK(axis.low == 1);
  CHECK(axis.high == 50);
  CHECK(labels(axis) == "5 10 15 20 25 30 35 40 45 50");
}

TEST_CASE("ends without sense give an axis all the same") {
  const double nan = std::nan("");
  for (const auto& [low, high] : {std::pair{3.0, 3.0},
                                  {0.0, 0.0},
                                  {nan, nan},
                                  {5.0, -5.0},
                                  {INFINITY, -INFINITY},
                                  {1e300, 1.1e300},
                                  {1e-300, 2e-300}}) {
    for (const Axis& axis : {linear_axis(low, high, 5, true), log_axis(low, high)}) {
      CHECK(axis.low < axis.high);
      CHECK(std::isfinite(axis.position((axis.low + axis.high) / 2)));
      CHECK(axis.ticks.size() < 50);
    }
  }
}

TEST_CASE("a logarithmic axis has powers of ten") {
  CHECK(labels(log_axis(0.001, 10)) == "0.001 0.01 0.1 1 10");
  CHECK(labels(log_axis(1, 10)) == "1 2 5 10");
  const Axis axis = log_axis(1, 100);
  CHECK(axis.position(10) == Approx(0.5));
  CHECK(log_axis(1e-30, 1).ticks.size() <= 9);
}

TEST_CASE("what is counted has whole ticks, also where there are few") {
  CHECK(labels(linear_axis(1, 4, 8, false, 1)) == "1 2 3 4");
  CHECK(labels(linear_axis(1, 3, 8, false)) == "1.0 1.2 1.4 1.6 1.8 2.0 2.2 2.4 2.6 2.8 3.0");
  CHECK(labels(linear_axis(1, 1, 8, false, 1)) == "1");
  CHECK(labels(linear_axis(0, 100, 5, true, 1)) == "0 20 40 60 80 100");
}
