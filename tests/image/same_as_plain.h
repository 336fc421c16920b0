#pragma once

#include "tests/catch.h"
#include "tests/image/fixtures.h"
#include "tests/image/random_taps.h"

namespace vit::test {

/// Whether a set of instructions gives the bits of the plain loops: `rows` and `columns` are its
/// resample_rows and resample_columns.
template <class Rows, class Columns>
void check_same_as_plain(const Rows& rows, const Columns& columns) {
  Rng rng(4, Stream::bench);
  for (const auto& [width, height] : {std::pair{1, 1}, {3, 2}, {5, 40}, {37, 9}, {90, 61}})
    for (const int most : {1, 2, 4, 5, 8, 9, 30})
      for (const bool box : {false, true}) {
        CAPTURE(width, height, most, box);
        const Image image = noise(width, height);
        const RandomTaps x(23, width, most, rng, box), y(19, height, most, rng, box);
        Image a(23, height), b = a;
        rows(image, 0, x.taps, a);
        resample_rows_portable(image, 0, x.taps, b);
        CHECK(a == b);
        Image c(width, 19), d = c;
        columns(image, 0, y.taps, c);
        resample_columns_portable(image, 0, y.taps, d);
        CHECK(c == d);
      }
}

}  // namespace vit::test
