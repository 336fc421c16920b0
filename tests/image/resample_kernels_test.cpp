#include "vit/image/resample_kernels.h"

#include <vector>

#include "tests/image/fixtures.h"
#include "tests/image/random_taps.h"

using namespace vit;
using namespace vit::test;

namespace {

constexpr std::int32_t kOne = 1 << kWeightBits;

Image row_of(const std::vector<std::uint8_t>& values) {
  Image image(static_cast<int>(values.size()), 1, 1);
  image.pixels = values;
  return image;
}

/// One output pixel from a row of inputs.
int resampled(const std::vector<std::uint8_t>& values, const std::vector<std::int32_t>& weights,
              int first = 0) {
  Image to(1, 1, 1);
  const Taps taps{first, weights};
  resample_rows(row_of(values), 0, {&taps, 1}, to);
  return to.pixels[0];
}

}  // namespace

TEST_CASE("a weight of one copies, in any number of channels") {
  for (const int channels : {1, 3, 4}) {
    Image from(2, 2, channels);
    for (std::size_t i = 0; i < from.pixels.size(); ++i)
      from.pixels[i] = static_cast<std::uint8_t>(37 * i + 5);
    const std::vector<std::int32_t> one{kOne};
    const std::vector<Taps> same{{0, one}, {1, one}};
    Image rows(2, 2, channels), columns(2, 2, channels);
    resample_rows(from, 0, same, rows);
    resample_columns(from, 0, same, columns);
    CHECK(rows == from);
    CHECK(columns == from);
  }
}

TEST_CASE("sums are rounded to the nearest, halves up") {
  CHECK(resampled({10, 20}, {kOne / 2, kOne / 2}) == 15);
  CHECK(resampled({10, 11}, {kOne / 2, kOne / 2}) == 11);
  CHECK(resampled({10, 11}, {kOne / 4 * 3, kOne / 4}) == 10);
}

TEST_CASE("the overshoot of negative lobes is cut to 0 and 255") {
  CHECK(resampled({255, 0}, {kOne + kOne / 4, -kOne / 4}) == 255);
  CHECK(resampled({0, 255}, {kOne + kOne / 4, -kOne / 4}) == 0);
}

TEST_CASE("taps begin at the input that they name") {
  CHECK(resampled({1, 2, 3, 4}, {kOne}, 2) == 3);
}

TEST_CASE("an offset leaves out the rows above, or the columns to the left") {
  Image from(3, 3, 1);
  from.pixels = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  const std::vector<std::int32_t> one{kOne};
  const std::vector<Taps> all{{0, one}, {1, one}, {2, one}};
  Image lower(3, 2, 1), right(2, 3, 1);
  resample_rows(from, 1, all, lower);
  CHECK(lower.pixels == std::vector<std::uint8_t>{4, 5, 6, 7, 8, 9});
  resample_columns(from, 1, all, right);
  CHECK(right.pixels == std::vector<std::uint8_t>{2, 3, 5, 6, 8, 9});
}

TEST_CASE("long rows, which are done several pixels at a time, agree with short ones") {
  std::vector<std::uint8_t> values(67);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint8_t>(i * 91);
  const std::vector<std::int32_t> weights{kOne / 8, kOne / 2, kOne / 4, kOne / 8};
  std::vector<Taps> taps;
  for (int x = 0; x + 4 <= 67; ++x) taps.push_back({x, weights});
  Image to(64, 1, 1);
  resample_rows(row_of(values), 0, taps, to);
  for (int x = 0; x < 64; ++x)
    CHECK(static_cast<int>(to.pixels[static_cast<std::size_t>(x)]) ==
          resampled(values, weights, x));
}

TEST_CASE("every way to resample gives the same bits") {
  Rng rng(4, Stream::bench);
  for (const auto& [width, height] : {std::pair{1, 1}, {3, 2}, {5, 40}, {37, 9}, {90, 61}})
    for (const int most : {1, 2, 5, 8, 30})
      for (const int channels : {1, 3, 4}) {
        CAPTURE(width, height, most, channels);
        const Image image = noise(width, height, channels);
        const RandomTaps x(23, width, most, rng), y(19, height, most, rng);
        Image a(23, height, channels), b = a;
        resample_rows(image, 0, x.taps, a);
        resample_rows_portable(image, 0, x.taps, b);
        CHECK(a == b);
        Image c(width, 19, channels), d = c;
        resample_columns(image, 0, y.taps, c);
        resample_columns_portable(image, 0, y.taps, d);
        CHECK(c == d);
      }
}

TEST_CASE("a part of the rows or columns is resampled as the whole is") {
  Rng rng(5, Stream::bench);
  const Image image = noise(40, 30);
  const RandomTaps x(50, 40, 7, rng), y(50, 30, 7, rng);
  Image whole(50, 30), rows(50, 11);
  resample_rows(image, 0, x.taps, whole);
  resample_rows(image, 19, x.taps, rows);
  CHECK(std::equal(rows.row(0), rows.row(10) + rows.row_bytes(), whole.row(19)));
  Image tall(40, 50), part(13, 50);
  resample_columns(image, 0, y.taps, tall);
  resample_columns(image, 27, y.taps, part);
  for (int line = 0; line < 50; ++line)
    CHECK(std::equal(part.row(line), part.row(line) + part.row_bytes(), tall.pixel(27, line)));
}
