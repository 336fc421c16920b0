#include "vit/image/decode.h"

#include "tests/image/fixtures.h"
#include "vit/image/encode.h"
#include "vit/image/geometry.h"

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

namespace {

/// Photographs of each chroma subsampling, and a progressive one.
std::vector<std::filesystem::path> jpegs() {
  std::vector<std::filesystem::path> files;
  const ImageFixtures formats("formats"), eval("eval");
  if (!formats.present()) return files;
  for (const char* name :
       {"ycc444.jpg", "ycc422.jpg", "ycc420.jpg", "progressive.jpg", "cmyk.jpg", "gray.jpg"})
    files.push_back(formats / name);
  if (eval.present())
    for (const char* name : {"photo0.jpg", "photo1.jpg", "photo2.jpg"})
      files.push_back(eval / name);
  return files;
}

PixelBox random_region(const Image& image, Rng& rng) {
  const auto part = [&](int side) {
    const auto first = static_cast<int>(rng.between(0, side - 1));
    return std::pair(first, static_cast<int>(rng.between(1, side - first)));
  };
  const auto [left, width] = part(image.width);
  const auto [top, height] = part(image.height);
  return {left, top, width, height};
}

}  // namespace

TEST_CASE("a region is every bit what the whole picture has there") {
  Rng rng(3, Stream::bench);
  for (const auto& file : jpegs()) {
    const std::vector<std::byte> bytes = read_file(file);
    const Image whole = decode_image(bytes, file.string());
    for (int i = 0; i < 60; ++i) {
      const PixelBox box = random_region(whole, rng);
      CAPTURE(file.string(), box.left, box.top, box.width, box.height);
      const DecodedRegion region = decode_region(bytes, file.string(), box);
      REQUIRE(region.image == crop(whole, box.left, box.top, box.width, box.height));
    }
  }
}

TEST_CASE("a region at a reduced scale covers what was asked for") {
  for (const auto& file : jpegs()) {
    const std::vector<std::byte> bytes = read_file(file);
    DecodeOptions options;
    options.jpeg_reduction = 2;
    const Image half = decode_image(bytes, file.string(), options);
    const DecodedRegion region = decode_region(bytes, file.string(), {5, 3, 20, 11}, options);
    CHECK(region.image == crop(half, 2, 1, 11, 6));
    CHECK((region.box.left == 0.5F && region.box.right == 10.5F));
    CHECK((region.box.top == 0.5F && region.box.bottom == 6.0F));
  }
}

TEST_CASE("a region of a file that is cut off below it is an error all the same") {
  for (const auto& file : jpegs()) {
    std::vector<std::byte> bytes = read_file(file);
    bytes.resize(bytes.size() * 3 / 4);
    const auto error = error_of([&] { (void)decode_region(bytes, file.string(), {0, 0, 8, 8}); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
  }
}

TEST_CASE("the fast way differs by little") {
  DecodeOptions fast;
  fast.jpeg_fast = true;
  for (const auto& file : jpegs()) {
    if (file.filename().string().rfind("photo", 0) != 0) continue;
    const Image exact = load_image(file), quick = load_image(file, fast);
    double sum = 0;
    for (std::size_t i = 0; i < exact.pixels.size(); ++i)
      sum += std::abs(exact.pixels[i] - quick.pixels[i]);
    const double mean = sum / static_cast<double>(exact.pixels.size());
    CAPTURE(file.string(), mean);
    CHECK(mean > 0);
    CHECK(mean < 3);
  }
}

TEST_CASE("a region of a picture in another format is a crop") {
  const DecodedRegion region = decode_region(encode_png(noise(10, 8)), "x.png", {2, 3, 5, 4});
  CHECK(region.image == crop(noise(10, 8), 2, 3, 5, 4));
}
