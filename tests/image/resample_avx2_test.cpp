#include "vit/image/resample_avx2.h"

#include "tests/image/fixtures.h"
#include "tests/image/random_taps.h"

using namespace vit;
using namespace vit::test;

#ifdef VIT_HAS_AVX2_VARIANT

TEST_CASE("AVX2 gives the bits of the plain loops") {
  if (!has_avx2()) {
    WARN("skipped: this processor lacks the instructions");
    return;
  }
  Rng rng(4, Stream::bench);
  for (const auto& [width, height] : {std::pair{1, 1}, {3, 2}, {5, 40}, {37, 9}, {90, 61}})
    for (const int most : {1, 2, 4, 5, 8, 9, 30}) {
      CAPTURE(width, height, most);
      const Image image = noise(width, height);
      const RandomTaps x(23, width, most, rng), y(19, height, most, rng);
      Image a(23, height), b = a;
      resample_rows_avx2(image, 0, x.taps, a);
      resample_rows_portable(image, 0, x.taps, b);
      CHECK(a == b);
      Image c(width, 19), d = c;
      resample_columns_avx2(image, 0, y.taps, c);
      resample_columns_portable(image, 0, y.taps, d);
      CHECK(c == d);
    }
}

#endif
