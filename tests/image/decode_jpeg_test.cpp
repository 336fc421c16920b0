#include "vit/image/decode_jpeg.h"

#include "tests/image/fixtures.h"
#include "vit/image/encode.h"

using namespace vit;
using namespace vit::test;

namespace {

std::optional<Error> failure(std::span<const std::byte> bytes) {
  return error_of([&] { (void)decode_jpeg(bytes, "photo.jpg"); });
}

/// A picture with enough detail that its file is long.
const std::vector<std::byte>& photo() {
  static const std::vector<std::byte> bytes = encode_jpeg(noise(64, 48), 90);
  return bytes;
}

}  // namespace

TEST_CASE("a JPEG that is cut off anywhere is an error, never a partly grey picture") {
  REQUIRE_FALSE(failure(photo()));
  for (std::size_t size = 2; size < photo().size(); size += 7) {
    CAPTURE(size);
    const auto error = failure({photo().data(), size});
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK(error->where() == "photo.jpg");
  }
  CHECK(failure({photo().data(), photo().size() - 2}));  // only the end marker is missing
}

TEST_CASE("damage that the decoder papers over is an error") {
  std::vector<std::byte> bytes = photo();
  for (std::size_t i = 0; i < 40; ++i) bytes[bytes.size() / 2 + i] = std::byte{0xFF};
  CHECK(failure(bytes));
}

TEST_CASE("what follows the end marker does not matter, nor a byte of padding before it") {
  std::vector<std::byte> bytes = photo();
  const Image image = decode_jpeg(bytes, "x");
  bytes.resize(bytes.size() + 100);
  CHECK(decode_jpeg(bytes, "x") == image);
  bytes = photo();
  bytes.insert(bytes.end() - 2, std::byte{0});
  CHECK(decode_jpeg(bytes, "x") == image);
}

TEST_CASE("a JPEG is decoded at a half, a quarter and an eighth, rounded up") {
  const std::vector<std::byte> bytes = encode_jpeg(Image(33, 17), 90);
  for (const int reduction : {1, 2, 4, 8}) {
    const Image image = decode_jpeg(bytes, "x", {.reduction = reduction});
    CHECK(image.width == (33 + reduction - 1) / reduction);
    CHECK(image.height == (17 + reduction - 1) / reduction);
  }
}
