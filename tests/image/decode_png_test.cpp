#include "vit/image/decode_png.h"

#include <zlib.h>

#include "tests/image/fixtures.h"
#include "tests/image/png_writer.h"
#include "vit/image/encode.h"

using namespace vit;
using namespace vit::test;
using namespace std::string_view_literals;

namespace {

bool fails_as_png(std::span<const std::byte> bytes) {
  return error_of([&] { (void)decode_png(bytes, "x.png"); }).has_value();
}

std::string big32(std::uint32_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift);
  return text;
}

std::string chunk(const std::string& name, const std::string& payload) {
  const std::string checked = name + payload;
  const auto crc =
      crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size()));
  return big32(static_cast<std::uint32_t>(payload.size())) + checked +
         big32(static_cast<std::uint32_t>(crc));
}

/// A PNG of one row from its unpacked bytes (without the filter, which is none).
std::vector<std::byte> one_row(int width, int depth, int colour, std::string_view row,
                               const std::string& before = "") {
  const std::string raw = std::string(1, '\0') + std::string(row);
  std::string packed(compressBound(static_cast<uLong>(raw.size())), '\0');
  uLongf size = static_cast<uLongf>(packed.size());
  compress(reinterpret_cast<Bytef*>(packed.data()), &size,
           reinterpret_cast<const Bytef*>(raw.data()), static_cast<uLong>(raw.size()));
  packed.resize(size);
  std::string header = big32(static_cast<std::uint32_t>(width)) + big32(1);
  header += {static_cast<char>(depth), static_cast<char>(colour), 0, 0, 0};
  return to_bytes("\x89PNG\r\n\x1A\n" + chunk("IHDR", header) + before + chunk("IDAT", packed) +
                  chunk("IEND", ""));
}

/// Values of up to `depth` bits, at most 255, in 13 x 9 pixels.
std::vector<std::uint16_t> values_of(int depth) {
  std::vector<std::uint16_t> values(13 * 9);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<std::uint16_t>((i * 37 + i / 13) % (1U << std::min(depth, 8)));
  return values;
}

}  // namespace

TEST_CASE("PNG is lossless in grey, colour and colour with alpha") {
  CHECK(decode_png(encode_png(noise(13, 9)), "x") == noise(13, 9));
  const Image rgba = noise(6, 4, 4), decoded = decode_png(encode_png(rgba), "x");
  for (int y = 0; y < rgba.height; ++y) {
    for (int x = 0; x < rgba.width; ++x) {
      CHECK(std::equal(rgba.pixel(x, y), rgba.pixel(x, y) + 3, decoded.pixel(x, y)));
    }
  }
  const Image shades = decode_png(encode_png(grey(2, 1, {10, 200})), "x");
  CHECK(shades.pixels == Samples{10, 10, 10, 200, 200, 200});
}

TEST_CASE("a PNG of 1, 4 and 16 bits is read as Pillow reads it") {
  CHECK(decode_png(one_row(3, 1, 0, "\x40"sv), "x").pixels ==
        Samples{0, 0, 0, 255, 255, 255, 0, 0, 0});
  CHECK(decode_png(one_row(2, 4, 0, "\x2F"sv), "x").pixels == Samples{34, 34, 34, 255, 255, 255});
  // Grey is clipped, of colours the high byte is kept.
  CHECK(decode_png(one_row(2, 16, 0, "\0\x07\x01\0"sv), "x").pixels ==
        Samples{7, 7, 7, 255, 255, 255});
  CHECK(decode_png(one_row(1, 16, 2, "\x0A\xFF\x14\x80\x1E\0"sv), "x").pixels ==
        Samples{10, 20, 30});
  CHECK(decode_png(one_row(1, 16, 4, "\x0A\xFF\x14\x80"sv), "x").pixels == Samples{10, 10, 10});
}

TEST_CASE("an index without a colour in the PNG's palette is black") {
  const std::string palette = chunk("PLTE", "\x0A\x14\x1E\x28\x32\x3C");
  CHECK(decode_png(one_row(3, 8, 3, "\0\1\xC8"sv, palette), "x").pixels ==
        Samples{10, 20, 30, 40, 50, 60, 0, 0, 0});
  CHECK(fails_as_png(one_row(3, 8, 3, "\0\1\xC8"sv)));  // no palette at all
}

TEST_CASE("a PNG that is cut off anywhere is an error") {
  const std::vector<std::byte> png = encode_png(noise(13, 9));
  for (std::size_t size = 0; size < png.size(); ++size) CHECK(fails_as_png({png.data(), size}));
}

TEST_CASE("one wrong bit anywhere in a PNG is an error") {
  const std::vector<std::byte> png = encode_png(noise(5, 4));
  for (std::size_t at = 8; at < png.size(); ++at) {
    for (int bit = 0; bit < 8; bit += 3) {
      std::vector<std::byte> bytes = png;
      bytes[at] ^= std::byte{1} << bit;
      CHECK(fails_as_png(bytes));
    }
  }
}

TEST_CASE("pixels that zlib cannot unpack are an error, though the checksums match") {
  const std::string header = big32(2) + big32(2) + std::string("\x08\x02\0\0\0", 5);
  CHECK(fails_as_png(to_bytes("\x89PNG\r\n\x1A\n" + chunk("IHDR", header) +
                              chunk("IDAT", "nothing") + chunk("IEND", ""))));
}

TEST_CASE("a palette's indices and grey levels of any depth are given as they are stored") {
  for (const int colour : {PNG_COLOR_TYPE_PALETTE, PNG_COLOR_TYPE_GRAY})
    for (const int depth : {1, 2, 4, 8, 16})
      for (const bool interlaced : {false, true})
        for (const bool transparent : {false, true}) {
          if (colour == PNG_COLOR_TYPE_PALETTE && depth == 16) continue;
          CAPTURE(colour, depth, interlaced, transparent);
          const std::vector<std::uint16_t> values = values_of(depth);
          const auto image = decode_png_values(
              png_of_values(13, 9, values, {colour, depth, interlaced, transparent}), "x.png");
          REQUIRE(image);
          CHECK(image->channels == 1);
          CHECK(image->width == 13);
          CHECK(
              std::equal(values.begin(), values.end(), image->pixels.begin(), image->pixels.end()));
        }
}

TEST_CASE("an index that the palette has no colour for is an index as well") {
  const std::string palette = chunk("PLTE", "\x0A\x14\x1E\x28\x32\x3C");
  CHECK(decode_png_values(one_row(3, 8, 3, "\0\1\xC8"sv, palette), "x")->pixels ==
        Samples{0, 1, 200});
}

TEST_CASE("16-bit grey has values as long as they have 8 bits, else the largest is named") {
  const PngForm wide{PNG_COLOR_TYPE_GRAY, 16};
  CHECK(decode_png_values(png_of_values(3, 1, {0, 255, 7}, wide), "x")->pixels ==
        Samples{0, 255, 7});
  const auto error = error_of([&] {
    (void)decode_png_values(png_of_values(3, 1, {300, 4000, 7}, wide), "x.png");
  });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK(error->where() == "x.png");
  CHECK_THAT(error->what(), Catch::Contains("found 4000"));
}

TEST_CASE("a PNG of several channels has colours, and no values") {
  CHECK_FALSE(decode_png_values(encode_png(noise(6, 4)), "x"));
  CHECK_FALSE(decode_png_values(encode_png(noise(6, 4, 4)), "x"));
  CHECK_FALSE(decode_png_values(one_row(1, 8, 4, "\x0A\xFF"sv), "x"));
}

TEST_CASE("values of a damaged PNG are an error that names the file") {
  std::vector<std::byte> png = png_of_values(13, 9, values_of(8));
  const auto damaged = [](const std::vector<std::byte>& bytes) {
    const auto error = error_of([&] { (void)decode_png_values(bytes, "x.png"); });
    return error && error->kind() == ErrorKind::data && error->where() == "x.png";
  };
  for (std::size_t size = 0; size < png.size(); ++size)
    CHECK(damaged({png.begin(), png.begin() + static_cast<std::ptrdiff_t>(size)}));
  for (std::size_t at = 8; at < png.size(); at += 5) {
    std::vector<std::byte> bytes = png;
    bytes[at] ^= std::byte{4};
    CHECK(damaged(bytes));
  }
}
