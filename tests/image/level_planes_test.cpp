#include "vit/image/level_planes.h"

#include <vector>

#include "tests/image/fixtures.h"

using namespace vit;
using namespace vit::test;

namespace {

/// Every number has other bits in each of its bytes.
std::array<LevelTable, 3> tables() {
  std::array<LevelTable, 3> result;
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t i = 0; i < 256; ++i)
      result[c][i] = (static_cast<float>(i) / 255.0F - 0.1F * static_cast<float>(c + 3)) / 0.229F;
  return result;
}

}  // namespace

TEST_CASE("colours become planes, by the table of each channel") {
  const std::vector<std::uint8_t> rgb{1, 2, 3, 253, 254, 255};
  std::vector<float> out(6);
  const auto used = tables();
  levels_to_planes(rgb.data(), 2, used, out.data());
  CHECK(out == std::vector<float>{used[0][1], used[0][253], used[1][2], used[1][254], used[2][3],
                                  used[2][255]});
}

TEST_CASE("many pixels at a time become the same numbers as one by one, for every length") {
  const auto used = tables();
  for (const int pixels : {1, 63, 64, 65, 127, 128, 200, 1000}) {
    CAPTURE(pixels);
    const Image image = noise(pixels, 1);
    std::vector<float> a(3 * static_cast<std::size_t>(pixels) + 1, -9), b = a;
    levels_to_planes(image.pixels.data(), static_cast<std::size_t>(pixels), used, a.data());
    levels_to_planes_portable(image.pixels.data(), static_cast<std::size_t>(pixels), used,
                              b.data());
    CHECK(a == b);
    CHECK(a.back() == -9);  // nothing is written behind the end
  }
}
