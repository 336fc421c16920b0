#include "vit/data/png_mask.h"

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "tests/data/png_masks.h"
#include "tests/image/png_writer.h"
#include "vit/core/error.h"
#include "vit/image/encode.h"

using namespace vit;
using test::bytes_of;

namespace {

Image decoded(const std::string& bytes) {
  return decode_mask(std::as_bytes(std::span(bytes)), "mask.png");
}

}  // namespace

TEST_CASE("Masks are the file's own values: palette indices and grey levels of any depth") {
  const std::vector<std::uint8_t> values = {0, 1, 2, 3, 255, 3, 2, 1, 0, 7};
  CHECK(decoded(bytes_of(test::kPalette8)).pixels == values);
  CHECK(decoded(bytes_of(test::kGrey8)).pixels == values);
  const std::vector<std::uint8_t> small = {0, 1, 2, 3, 3, 3, 2, 1, 0, 1};
  CHECK(decoded(bytes_of(test::kPalette2)).pixels == small);
  CHECK(decoded(bytes_of(test::kPalette2)).channels == 1);
  CHECK(decoded(bytes_of(test::kGrey16)).pixels == std::vector<std::uint8_t>{1, 2});
}

TEST_CASE("An image in colours and damage are no masks") {
  const auto problem = [](const std::string& bytes) {
    const auto error = test::error_of([&] { (void)decoded(bytes); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    return std::string(error->what());
  };
  CHECK_THAT(problem(bytes_of(test::kColours)), Catch::Contains("picture in colours"));
  std::string torn = bytes_of(test::kGrey8);
  torn[torn.size() - 20] = static_cast<char>(torn[torn.size() - 20] ^ 1);
  CHECK_FALSE(problem(torn).empty());
  for (std::size_t size = 0; size + 12 < torn.size(); ++size)
    CHECK_FALSE(problem(bytes_of(test::kPalette8).substr(0, size)).empty());
}

TEST_CASE("An interlaced mask with a palette and a transparent class is its indices") {
  const std::vector<std::byte> png =
      test::png_of_values(3, 2, {0, 1, 2, 3, 1, 0}, {PNG_COLOR_TYPE_PALETTE, 2, true, true});
  CHECK(decode_mask(png, "mask.png").pixels == std::vector<std::uint8_t>{0, 1, 2, 3, 1, 0});
}

TEST_CASE("16-bit grey is a mask where its classes have 8 bits") {
  const test::PngForm wide{PNG_COLOR_TYPE_GRAY, 16};
  CHECK(decode_mask(test::png_of_values(3, 1, {0, 255, 19}, wide), "mask.png").pixels ==
        std::vector<std::uint8_t>{0, 255, 19});
  const auto error = test::error_of([&] {
    (void)decode_mask(test::png_of_values(2, 1, {3, 1001}, wide), "mask.png");
  });
  REQUIRE(error);
  CHECK_THAT(error->what(), Catch::Contains("mask.png") && Catch::Contains("found 1001"));
}

TEST_CASE("A mask in colours is one where all channels are equal") {
  Image image(2, 1);
  image.pixels = {4, 4, 4, 7, 7, 7};
  CHECK(decode_mask(encode_png(image), "mask.png").pixels == std::vector<std::uint8_t>{4, 7});
  CHECK(decode_mask(encode_png(image), "mask.png").channels == 1);
}
