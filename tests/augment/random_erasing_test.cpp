#include "vit/augment/random_erasing.h"

#include <set>

#include "tests/augment/support.h"

using namespace vit;
using namespace vit::test;

namespace {

/// Planes of sevens after erasing.
std::vector<float> erased(const RandomErasingOptions& options, std::uint64_t index) {
  std::vector<float> planes(3 * 20 * 30, 7.0F);
  Rng rng(5, Stream::augment, 0, index);
  random_erase(options, planes.data(), 3, 20, 30, rng);
  return planes;
}

std::int64_t changed(const std::vector<float>& planes, std::size_t first, std::size_t count) {
  return std::count_if(planes.begin() + static_cast<std::ptrdiff_t>(first),
                       planes.begin() + static_cast<std::ptrdiff_t>(first + count),
                       [](float v) { return v != 7.0F; });
}

}  // namespace

TEST_CASE("erasing happens as often as reprob says") {
  RandomErasingOptions options;
  options.reprob = 0.25;
  std::int64_t count = 0;
  for (std::uint64_t index = 0; index < 4000; ++index)
    count += changed(erased(options, index), 0, 1800) > 0 ? 1 : 0;
  CHECK(plausible(count, 4000, 0.25));
}

TEST_CASE("const leaves zeros, rand one colour for each channel, pixel noise") {
  RandomErasingOptions options;
  options.reprob = 1;
  for (const std::string mode : {"const", "rand", "pixel"}) {
    options.remode = mode;
    for (std::uint64_t index = 0; index < 20; ++index) {
      const std::vector<float> planes = erased(options, index);
      for (std::size_t c = 0; c < 3; ++c) {
        std::set<float> values(planes.begin() + static_cast<std::ptrdiff_t>(c * 600),
                               planes.begin() + static_cast<std::ptrdiff_t>((c + 1) * 600));
        values.erase(7.0F);
        CAPTURE(mode, index);
        if (mode == "const") CHECK(values == std::set<float>{0});
        if (mode == "rand") CHECK(values.size() == 1);
        if (mode == "pixel") CHECK(values.size() > 5);
      }
    }
  }
}

TEST_CASE("the same rectangle is erased in every channel, within the allowed areas") {
  RandomErasingOptions options;
  options.reprob = 1;
  options.remode = "const";
  for (std::uint64_t index = 0; index < 200; ++index) {
    const std::vector<float> planes = erased(options, index);
    const std::int64_t area = changed(planes, 0, 600);
    CHECK(area == changed(planes, 600, 600));
    CHECK(area == changed(planes, 1200, 600));
    CHECK(area <= 600 / 3 + 20);  // sides are rounded
    CHECK(area >= 6);
  }
}

TEST_CASE("several rectangles share the area") {
  RandomErasingOptions options;
  options.reprob = 1;
  options.recount = 5;
  options.remode = "const";
  for (std::uint64_t index = 0; index < 100; ++index)
    CHECK(changed(erased(options, index), 0, 600) <= 600 / 3 + 50);
}
