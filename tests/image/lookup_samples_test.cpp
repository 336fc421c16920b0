#include "vit/image/lookup_samples.h"

#include <algorithm>
#include <vector>

#include "tests/image/fixtures.h"

using namespace vit;
using namespace vit::test;

namespace {

/// `count` tables that are no two alike.
std::vector<LookupTable> tables(std::size_t count) {
  std::vector<LookupTable> result(count);
  for (std::size_t t = 0; t < count; ++t)
    for (std::size_t i = 0; i < 256; ++i)
      result[t][i] = static_cast<std::uint8_t>((31 * t + 7) * i + 5 * t);
  return result;
}

}  // namespace

TEST_CASE("every sample is looked up in the table of its channel") {
  const std::vector<std::uint8_t> from{0, 1, 2, 255, 254, 253};
  const auto three = tables(3);
  std::vector<std::uint8_t> to(6);
  look_up_samples(from, three, to.data());
  for (std::size_t i = 0; i < 6; ++i) CHECK(to[i] == three[i % 3][from[i]]);
}

TEST_CASE("many samples at a time are looked up as one by one, for every length") {
  for (const std::size_t channels : {1U, 2U, 3U, 4U})
    for (const int pixels : {1, 20, 21, 22, 64, 65, 500}) {
      CAPTURE(channels, pixels);
      const Image image = noise(pixels, 1, static_cast<int>(channels));
      for (const auto& used : {tables(1), tables(channels)}) {
        std::vector<std::uint8_t> a(image.pixels.size() + 1, 77), b = a;
        look_up_samples(image.pixels, used, a.data());
        look_up_samples_portable(image.pixels, used, b.data());
        CHECK(a == b);
        CHECK(a.back() == 77);  // nothing is written behind the end
      }
    }
}
