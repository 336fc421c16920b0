#include "vit/image/decode_bmp.h"

#include "tests/image/fixtures.h"

using namespace vit;
using namespace vit::test;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

std::string little(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i);
  return text;
}

struct Bmp {
  int header = 40;
  int width = 1, height = 1, bits = 24;
  std::uint32_t compression = 0, colours = 0;
  std::string masks, palette, pixels;
};

std::string file_of(const Bmp& bmp) {
  std::string header = little(static_cast<std::uint32_t>(bmp.header), 4);
  const auto number = [&](int value, int bytes) {
    header += little(static_cast<std::uint32_t>(value), bytes);
  };
  if (bmp.header == 12) {
    number(bmp.width, 2);
    number(bmp.height, 2);
    number(1, 2);
    number(bmp.bits, 2);
  } else {
    number(bmp.width, 4);
    number(bmp.height, 4);
    number(1, 2);
    number(bmp.bits, 2);
    header += little(bmp.compression, 4) + std::string(12, '\0') + little(bmp.colours, 4) +
              std::string(4, '\0') + bmp.masks;
    const auto behind = bmp.header == 40 ? 40 + bmp.masks.size() : std::size_t(bmp.header);
    header.resize(behind, '\0');
  }
  const std::string rest = header + bmp.palette;
  const auto start = static_cast<std::uint32_t>(14 + rest.size());
  return "BM" + std::string(8, '\0') + little(start, 4) + rest + bmp.pixels;
}

Samples samples(const Bmp& bmp) { return decode_bmp(to_bytes(file_of(bmp)), "x.bmp").pixels; }

std::string problem(const Bmp& bmp) {
  const auto error = error_of([&] { (void)decode_bmp(to_bytes(file_of(bmp)), "x.bmp"); });
  if (!error) return "none";
  CHECK(error->kind() == ErrorKind::data);
  return error->problem();
}

const std::string kRed("\0\0\xC8\0", 4), kGreen("\0\xC8\0\0", 4), kBlue("\xFF\0\0\0", 4);

std::string masks_of(std::initializer_list<std::uint32_t> masks) {
  std::string text;
  for (const std::uint32_t mask : masks) text += little(mask, 4);
  return text;
}

}  // namespace

TEST_CASE("a BMP's rows stand from bottom to top, or the other way round") {
  const std::string rows("\1\2\3\0\4\5\6\0", 8);
  CHECK(samples({.height = 2, .pixels = rows}) == Samples{6, 5, 4, 3, 2, 1});
  CHECK(samples({.height = -2, .pixels = rows}) == Samples{3, 2, 1, 6, 5, 4});
  // The padding behind the last row may be missing.
  CHECK(samples({.height = 2, .pixels = rows.substr(0, 7)}) == Samples{6, 5, 4, 3, 2, 1});
}

TEST_CASE("a BMP with the header of OS/2 1.x has palette entries of 3 bytes") {
  CHECK(samples({.header = 12, .pixels = "\x09\x37\xB9\x01"}) == Samples{185, 55, 9});
  std::string palette = "\x00\x00\xFF"s + "\x00\xC8\x00"s + "\xFF\x00\x00"s;
  palette.resize(3 * 256, '\0');
  const Bmp bmp{.header = 12, .width = 3, .bits = 8, .palette = palette, .pixels = {"\0\1\2\0", 4}};
  CHECK(samples(bmp) == Samples{255, 0, 0, 0, 200, 0, 0, 0, 255});
}

TEST_CASE("a BMP's palette may be short; an index that it has no colour for is black") {
  Bmp bmp{.width = 3, .bits = 8, .colours = 2, .palette = kRed + kGreen};
  bmp.pixels = {"\0\1\x05\0", 4};
  CHECK(samples(bmp) == Samples{200, 0, 0, 0, 200, 0, 0, 0, 0});
  bmp.colours = 257;
  CHECK(problem(bmp) == "a BMP with a palette of 257 colours is not supported");
}

TEST_CASE("a BMP of 1 and 4 bits takes the high bits first") {
  const Bmp one{.width = 9, .bits = 1, .palette = kRed + kGreen, .pixels = {"\x40\x80\0\0", 4}};
  const Samples decoded = samples(one);
  for (std::size_t x = 0; x < 9; ++x) {
    CAPTURE(x);
    CHECK(decoded[3 * x + 1] == (x == 1 || x == 8 ? 200 : 0));
  }
  const Bmp four{.width = 2,
                 .bits = 4,
                 .colours = 3,
                 .palette = kRed + kGreen + kBlue,
                 .pixels = {"\x21\0\0\0", 4}};
  CHECK(samples(four) == Samples{0, 0, 255, 0, 200, 0});
}

TEST_CASE("a BMP of 16 bits has 5 of each colour unless its masks say 5, 6 and 5") {
  CHECK(samples({.width = 2, .bits = 16, .pixels = {"\x1F\x00\x3E\x04", 4}}) ==
        Samples{0, 0, 255, 8, 8, 246});
  const std::string masks = masks_of({0xF800, 0x7E0, 0x1F});
  // Behind the shortest header, and inside each of the longer ones.
  for (const int header : {40, 52, 56, 64, 108, 124}) {
    CAPTURE(header);
    const Bmp bmp{.header = header,
                  .width = 2,
                  .bits = 16,
                  .compression = 3,
                  .masks = masks,
                  .pixels = {"\x20\x00\x20\xF8", 4}};
    CHECK(samples(bmp) == Samples{0, 4, 0, 255, 4, 0});
  }
}

TEST_CASE("a BMP of 32 bits drops what is no colour") {
  CHECK(samples({.bits = 32, .pixels = "\1\2\3\4"}) == Samples{3, 2, 1});
  const auto with = [](int header, std::initializer_list<std::uint32_t> masks) {
    return Bmp{.header = header,
               .bits = 32,
               .compression = 3,
               .masks = masks_of(masks),
               .pixels = "\1\2\3\4"};
  };
  CHECK(samples(with(56, {0xFF, 0xFF00, 0xFF0000, 0xFF000000})) == Samples{1, 2, 3});
  CHECK(samples(with(52, {0xFF000000, 0xFF0000, 0xFF00})) == Samples{4, 3, 2});
  CHECK(samples(with(56, {0xFF000000, 0xFF00, 0xFF, 0xFF0000})) == Samples{4, 2, 1});
  CHECK(problem(with(56, {0xFF, 0xFF00, 0xFF0000, 0})) ==
        "a BMP of 32 bits with these masks for its colours is not supported");
}

TEST_CASE("a BMP's run lengths are repeated, read apart, or skip pixels") {
  // Three of 1; two apart (padded); end of the row; then a jump to the second pixel, and one of 2.
  Bmp bmp{.width = 6, .height = 2, .bits = 8, .compression = 1, .colours = 3};
  bmp.palette = kRed + kGreen + kBlue;
  bmp.pixels = {"\x03\x01\x00\x03\x02\x00\x01\x00\x00\x02\x01\x00\x05\x02\x00\x01", 16};
  const Image image = decode_bmp(to_bytes(file_of(bmp)), "x.bmp");
  const std::string expected =
      "RBBBBB"
      "GGGBRG";
  for (int i = 0; i < 12; ++i) {
    CAPTURE(i);
    const std::uint8_t* pixel = image.pixel(i % 6, i / 6);
    const char colour = pixel[0] > 0 ? 'R' : pixel[1] > 0 ? 'G' : 'B';
    CHECK(colour == expected[static_cast<std::size_t>(i)]);
  }
  for (std::size_t size = 0; size < 14; ++size) {  // the last two bytes only say that it ends
    Bmp cut = bmp;
    cut.pixels.resize(size);
    CHECK(problem(cut).find("ends too early") != std::string::npos);
  }
  bmp.pixels = {"\x03\x01\x00\x01", 4};
  CHECK(problem(bmp) == "a BMP whose run lengths leave pixels out is not supported");
}

TEST_CASE("a BMP's run lengths of 4 bits alternate between two indices") {
  const Bmp bmp{.width = 3,
                .bits = 4,
                .compression = 2,
                .colours = 3,
                .palette = kRed + kGreen + kBlue,
                .pixels = {"\x03\x12\x00\x01", 4}};
  CHECK(samples(bmp) == Samples{0, 200, 0, 0, 0, 255, 0, 200, 0});
}

TEST_CASE("what Pillow does not read of BMP is not supported, and is not called damaged") {
  CHECK(problem({.header = 16}) == "a BMP with a header of 16 bytes is not supported");
  CHECK(problem({.bits = 2}) == "a BMP of 2 bits a pixel is not supported");
  CHECK(problem({.compression = 5}) ==
        "a BMP of 24 bits a pixel with compression 5 is not supported");
  CHECK(problem({.compression = 1}) ==
        "a BMP of 24 bits a pixel with compression 1 is not supported");
}

TEST_CASE("a BMP that is cut off anywhere is an error") {
  const std::string whole = file_of({.width = 2, .height = 2, .pixels = std::string(14, 'x')});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(error_of([&] { (void)decode_bmp(to_bytes(whole.substr(0, size)), "x.bmp"); }));
  }
}
