#include "vit/image/decode.h"

#include "tests/image/fixtures.h"
#include "vit/image/encode.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("every format decodes to what Pillow's convert(\"RGB\") gives") {
  const ImageFixtures fixtures("formats");
  if (!fixtures.present()) return;
  const nlohmann::json description = fixtures.description();
  for (const auto& entry : description["cases"]) {
    const std::string file = entry["file"];
    CAPTURE(file);
    const Image image = load_image(fixtures / file);
    CHECK(image.channels == 3);
    if (file == "gray16.png") continue;  // scaled here, clipped by Pillow: see decode_pnm_test
    CHECK(difference(image, fixtures.image(entry["key"])) <= entry["tolerance"]);
  }
}

TEST_CASE("EXIF orientation is applied where it is asked for, and only there") {
  const ImageFixtures fixtures("formats");
  if (!fixtures.present()) return;
  DecodeOptions upright;
  upright.apply_exif_orientation = true;
  const nlohmann::json description = fixtures.description();
  for (const auto& entry : description["cases"]) {
    if (!entry.contains("key_exif_transposed")) continue;
    CAPTURE(entry["file"]);
    const Image image = load_image(fixtures / std::string(entry["file"]), upright);
    CHECK(difference(image, fixtures.image(entry["key_exif_transposed"])) <= entry["tolerance"]);
  }
}

TEST_CASE("16-bit grey keeps its high byte, as 16-bit colour does") {
  const ImageFixtures fixtures("formats");
  if (!fixtures.present()) return;
  const Image image = load_image(fixtures / "gray16.png");
  int distinct = 0;
  std::vector<bool> seen(256);
  for (const std::uint8_t sample : image.pixels) {
    distinct += seen[sample] ? 0 : 1;
    seen[sample] = true;
  }
  CHECK(distinct > 100);  // clipping would leave almost nothing but 255
}

TEST_CASE("a picture above the pixel limit is refused by its header") {
  DecodeOptions options;
  options.max_pixels = 99;
  const auto error =
      error_of([&] { (void)decode_image(encode_png(noise(10, 10)), "big.png", options); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK(error->where() == "big.png");
  CHECK(error->problem() == "the picture has 10 x 10 pixels, more than the limit of 99");
  options.max_pixels = 100;
  CHECK(decode_image(encode_png(noise(10, 10)), "big.png", options) == noise(10, 10));
}

TEST_CASE("a header of 2^31 x 2^31 pixels takes no memory") {
  std::vector<std::byte> bomb = encode_png(noise(4, 4));
  for (const std::size_t at : {16U, 20U}) bomb[at] = std::byte{0x7F};
  const auto error = error_of([&] { (void)decode_image(bomb, "bomb.png"); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
}

TEST_CASE("the first bytes decide, not the name") {
  const ScratchFolder scratch;
  write_png(noise(5, 3), scratch / "picture.jpg");
  CHECK(load_image(scratch / "picture.jpg") == noise(5, 3));
}

TEST_CASE("a file that is not there is an error of the file system") {
  const auto error = error_of([] { (void)load_image("/nowhere/picture.jpg"); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::resource);
}
