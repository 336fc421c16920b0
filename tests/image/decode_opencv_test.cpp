#include "vit/image/decode_opencv.h"

#include "tests/image/fixtures.h"
#include "vit/image/decode.h"
#include "vit/image/encode.h"

using namespace vit;
using namespace vit::test;

namespace {

bool fails(std::span<const std::byte> bytes) {
  return error_of([&] { (void)decode_image(bytes, "x.png"); }).has_value();
}

}  // namespace

TEST_CASE("PNG is lossless in grey, colour and colour with alpha") {
  CHECK(decode_image(encode_png(noise(13, 9)), "x") == noise(13, 9));
  const Image rgba = noise(6, 4, 4), decoded = decode_image(encode_png(rgba), "x");
  for (int y = 0; y < rgba.height; ++y) {
    for (int x = 0; x < rgba.width; ++x) {
      CHECK(std::equal(rgba.pixel(x, y), rgba.pixel(x, y) + 3, decoded.pixel(x, y)));
    }
  }
  const Image shades = decode_image(encode_png(grey(2, 1, {10, 200})), "x");
  CHECK(shades.pixels == std::vector<std::uint8_t>{10, 10, 10, 200, 200, 200});
}

TEST_CASE("a PNG that is cut off anywhere is an error") {
  const std::vector<std::byte> png = encode_png(noise(13, 9));
  for (std::size_t size = 0; size < png.size(); ++size) CHECK(fails({png.data(), size}));
}

TEST_CASE("one wrong bit anywhere in a PNG is an error") {
  const std::vector<std::byte> png = encode_png(noise(5, 4));
  for (std::size_t at = 0; at < png.size(); ++at) {
    for (int bit = 0; bit < 8; bit += 3) {
      std::vector<std::byte> bytes = png;
      bytes[at] ^= std::byte{1} << bit;
      CHECK(fails(bytes));
    }
  }
}
