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

/// A TIFF of two pixels beside each other, uncompressed RGBA whose alpha stands apart.
std::vector<std::byte> rgba_tiff(bool big, const std::vector<std::uint8_t>& pixels) {
  std::vector<std::uint8_t> bytes;
  const auto number = [&](std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i)
      bytes.push_back(static_cast<std::uint8_t>(value >> 8 * (big ? count - 1 - i : i)));
  };
  const auto entry = [&](std::uint32_t tag, std::uint32_t value, std::uint32_t count = 1) {
    number(tag, 2);
    number(count > 2 ? 3 : 4, 2);  // SHORT where it is a list, elsewhere LONG
    number(count, 4);
    number(value, 4);
  };
  constexpr std::uint32_t kEntries = 10, kBits = 8 + 2 + 12 * kEntries + 4, kPixels = kBits + 8;
  bytes.push_back(big ? 'M' : 'I');
  bytes.push_back(big ? 'M' : 'I');
  number(42, 2);
  number(8, 4);
  number(kEntries, 2);
  entry(256, 2);         // width
  entry(257, 1);         // height
  entry(258, kBits, 4);  // bits of each sample
  entry(259, 1);         // no compression
  entry(262, 2);         // RGB
  entry(273, kPixels);
  entry(277, 4);  // samples of a pixel
  entry(278, 1);
  entry(279, 8);   // bytes of the strip
  number(338, 2);  // the fourth sample is an alpha that is not multiplied in
  number(3, 2);
  number(1, 4);
  number(2, 2);
  number(0, 2);
  number(0, 4);  // no further directory
  for (int i = 0; i < 4; ++i) number(8, 2);
  bytes.insert(bytes.end(), pixels.begin(), pixels.end());
  const auto* begin = reinterpret_cast<const std::byte*>(bytes.data());
  return {begin, begin + bytes.size()};
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

TEST_CASE("a TIFF's alpha is dropped, and has no part in the colours") {
  for (const bool big : {false, true}) {
    const Image decoded = decode_image(rgba_tiff(big, {200, 100, 50, 128, 10, 20, 30, 0}), "x.tif");
    CHECK(decoded.pixels == std::vector<std::uint8_t>{200, 100, 50, 10, 20, 30});
  }
}
