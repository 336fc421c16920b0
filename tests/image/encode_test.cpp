#include "vit/image/encode.h"

#include "tests/image/fixtures.h"
#include "vit/image/decode.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("PNG brings back every pixel at every compression") {
  for (const int compression : {0, 3, 9}) {
    CHECK(decode_image(encode_png(noise(20, 11), compression), "x") == noise(20, 11));
  }
}

TEST_CASE("JPEG keeps the order of the channels, and quality costs bytes") {
  Image red(16, 16);
  for (std::size_t i = 0; i < red.pixels.size(); i += 3) red.pixels[i] = 250;
  CHECK(difference(decode_image(encode_jpeg(red, 95), "x"), red) <= 3);
  CHECK(encode_jpeg(noise(64, 64), 30).size() < encode_jpeg(noise(64, 64), 90).size());
}

TEST_CASE("encoding leaves the picture as it is") {
  const Image image = noise(9, 7);
  (void)encode_png(image);
  (void)encode_jpeg(image);
  CHECK(image == noise(9, 7));
}

TEST_CASE("a PNG file is written whole or not at all") {
  const ScratchFolder scratch;
  write_png(noise(20, 11), scratch / "a.png");
  CHECK(load_image(scratch / "a.png") == noise(20, 11));
  CHECK(scratch.names() == std::vector<std::string>{"a.png"});
  const auto error = error_of([&] { write_png(noise(2, 2), scratch / "missing" / "a.png"); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::resource);
}
