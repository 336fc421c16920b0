#include "vit/image/decode_webp.h"

#include "tests/image/fixtures.h"

using namespace vit;
using namespace vit::test;
using namespace std::string_view_literals;

namespace {

Samples webp_samples(std::string_view file) {
  const auto bytes = to_bytes(file);
  return decode_webp(bytes, "x.webp", read_image_header(bytes, "x.webp")).pixels;
}
bool fails_as_webp(std::string_view file) {
  return error_of([&] { (void)webp_samples(file); }).has_value();
}

// As Pillow writes them: one pixel (200, 30, 90); the same with loss; (1, 2, 3) fully transparent
// and (10, 20, 30).
constexpr auto kLossless =
    "RIFF\x1E\0\0\0WEBPVP8L\x11\0\0\0\x2F\0\0\0\0\x07\x50\x8F\x22\x57\xAB\xFF\x81\x88\xE8\x7F\0\0"sv;
constexpr auto kLossy =
    "RIFF\x34\0\0\0WEBPVP8 \x28\0\0\0\x50\x01\0\x9D\x01\x2A\x01\0\x01\0\x01\x40\x26\x25\xA0\0"
    "\x04\x33\x80\0\xFE\xF0\x9B\x23\xFF\xFE\xE7\x03\xFF\xF6\x70\x3F\xFF\x67\x03\xF8\x90\0\0\0"sv;
constexpr auto kAlpha =
    "RIFF\x26\0\0\0WEBPVP8L\x1A\0\0\0\x2F\x01\0\0\x10\x0F\x70\x01\x89\x4D\x20\xC8\xB6\x0D\x6D\x3B"
    "\xC6\xE7\x3F\x98\x1F\x15\x88\xE8\x7F\0"sv;
// Two frames of 2 x 2 pixels, (200, 30, 90) and (1, 2, 3).
constexpr auto kAnimated =
    "RIFF\x8A\0\0\0WEBPVP8X\x0A\0\0\0\x02\0\0\0\x01\0\0\x01\0\0"
    "ANIM\x06\0\0\0\0\0\0\0\0\0"
    "ANMF\x2A\0\0\0\0\0\0\0\0\0\x01\0\0\x01\0\0\x64\0\0\x02"
    "VP8L\x11\0\0\0\x2F\x01\x40\0\0\x07\x50\x8F\x22\x57\xAB\xFF\x81\x88\xE8\x7F\0\0"
    "ANMF\x2C\0\0\0\0\0\0\0\0\0\x01\0\0\x01\0\0\x64\0\0\0"
    "VP8L\x14\0\0\0\x2F\x01\x40\0\0\x07\x50\x81\x54\x08\x20\0\x0A\x9A\xFE\xC7\x88\x88\xFE\x07"sv;

}  // namespace

TEST_CASE("a WebP may be as small as one pixel") {
  CHECK(webp_samples(kLossless) == Samples{200, 30, 90});
  CHECK(webp_samples(kLossy) == Samples{199, 30, 89});
}

TEST_CASE("a WebP's alpha is dropped, and the colours under it stay") {
  CHECK(webp_samples(kAlpha) == Samples{1, 2, 3, 10, 20, 30});
}

TEST_CASE("of an animated WebP the first frame is read, as by Pillow") {
  CHECK(webp_samples(kAnimated) == Samples{200, 30, 90, 200, 30, 90, 200, 30, 90, 200, 30, 90});
}

TEST_CASE("a WebP that is cut off anywhere is an error") {
  for (const auto file : {kLossless, kLossy, kAlpha, kAnimated}) {
    for (std::size_t size = 0; size < file.size(); ++size) {
      CAPTURE(size);
      CHECK(fails_as_webp(file.substr(0, size)));
    }
  }
}
