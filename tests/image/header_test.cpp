#include "vit/image/header.h"

#include "tests/image/fixtures.h"
#include "vit/image/encode.h"

using namespace vit;
using namespace vit::test;
using namespace std::string_view_literals;

namespace {

std::string header_problem(std::string_view bytes) {
  const auto error = error_of([&] { (void)read_image_header(to_bytes(bytes), "x"); });
  if (!error) return "none";
  CHECK(error->kind() == ErrorKind::data);
  CHECK(!error->remedy().empty());
  return error->problem();
}

}  // namespace

TEST_CASE("format and size are read without decoding") {
  const ImageHeader png = read_image_header(encode_png(noise(7, 5)), "x");
  CHECK((png.format == ImageFormat::png && png.width == 7 && png.height == 5));
  const ImageHeader jpeg = read_image_header(encode_jpeg(noise(9, 4)), "x");
  CHECK((jpeg.format == ImageFormat::jpeg && jpeg.width == 9 && jpeg.height == 4));
  const ImageHeader pnm = read_image_header(to_bytes("P5 # a comment\n 12\n34 255\n"), "x");
  CHECK((pnm.format == ImageFormat::pnm && pnm.width == 12 && pnm.height == 34));
  const ImageHeader tiff = read_image_header(
      to_bytes("MM\0*\0\0\0\x8\0\2\1\0\0\3\0\0\0\1\0\6\0\0\1\1\0\4\0\0\0\1\0\0\1\0"sv), "x");
  CHECK((tiff.format == ImageFormat::tiff && tiff.width == 6 && tiff.height == 256));
  const ImageHeader large =
      read_image_header(to_bytes("II+\0\x8\0\0\0\x10\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0"
                                 "\0\1\3\0\1\0\0\0\0\0\0\0\x6\0\0\0\0\0\0\0"
                                 "\1\1\x10\0\1\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0"sv),
                        "x");
  CHECK((large.format == ImageFormat::tiff && large.width == 6 && large.height == 256));
  const ImageHeader webp =
      read_image_header(to_bytes("RIFF\x16\0\0\0WEBPVP8X\xA\0\0\0\0\0\0\0\x9\0\0\x13\0\0"sv), "x");
  CHECK((webp.format == ImageFormat::webp && webp.width == 10 && webp.height == 20));
}

TEST_CASE("what is no picture, or none that is supported, is said by name") {
  CHECK(header_problem("") == "the file is empty");
  CHECK(header_problem("hello, world, this is a text file") ==
        "expected a picture, found no format that is known");
  CHECK(header_problem("<html><body>404</body></html>") ==
        "expected a picture, found markup (HTML, XML or SVG)");
  CHECK(header_problem("GIF89a\1\0\1\0") == "GIF pictures are not supported");
  CHECK(header_problem("\0\0\0\x20"
                       "ftypavif"sv) == "AVIF pictures are not supported");
  CHECK(header_problem("qoif\0\0\0\1") == "QOI pictures are not supported");
  CHECK(header_problem("P7\nWIDTH 1\n") == "PAM pictures are not supported");
  CHECK(header_problem("Pf\n1 1\n-1.0\n") == "PFM pictures (floating point) are not supported");
  CHECK(header_problem("\xFF\xD8\xFF\xC0\0\x11\x8\0\0\0\5\3\1\x22\0\2\x11\1\3\x11\1"sv) ==
        "a JPEG that gives its height behind the scan (DNL) is not supported");
}

TEST_CASE("text that starts like a magic number is no picture") {
  CHECK(header_problem("BMW builds cars and motorcycles") ==
        "expected a picture, found no format that is known");
  CHECK(header_problem("P1 is a text").find("expected a number") != std::string::npos);
}

TEST_CASE("a header that is cut off at any byte is an error") {
  const std::vector<std::byte> png = encode_png(noise(7, 5));
  for (std::size_t size = 0; size < 24; ++size) {
    const std::span<const std::byte> part(png.data(), size);
    CHECK(error_of([&] { (void)read_image_header(part, "x"); }));
  }
  const std::vector<std::byte> jpeg = encode_jpeg(noise(7, 5));
  for (std::size_t size = 0; size < 100; ++size) {
    const std::span<const std::byte> part(jpeg.data(), size);
    CHECK(error_of([&] { (void)read_image_header(part, "x"); }));
  }
}

TEST_CASE("a picture without pixels is an error") {
  CHECK(header_problem("P5 0 3 255\n") == "the header gives a size of 0 x 3 pixels");
}

TEST_CASE("a malformed EXIF block means upright") {
  const auto jpeg = to_bytes(
      "\xFF\xD8\xFF\xE1\0\x10"
      "Exif\0\0MM\0*\0\0\xFF\xFF\xFF\xD9"sv);
  CHECK(exif_orientation(jpeg, ImageFormat::jpeg) == 1);
  CHECK(exif_orientation(encode_png(noise(3, 3)), ImageFormat::png) == 1);
}
