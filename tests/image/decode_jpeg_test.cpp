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

namespace {

/// Where the first segment with this marker starts.
std::size_t segment(const std::vector<std::byte>& jpeg, int marker) {
  std::size_t at = 2;
  while (jpeg[at + 1] != std::byte(marker))
    at += 2 + std::to_integer<std::size_t>(jpeg[at + 2]) * 256 +
          std::to_integer<std::size_t>(jpeg[at + 3]);
  return at;
}

void insert(std::vector<std::byte>& bytes, std::size_t at, std::string_view text) {
  const auto extra = to_bytes(text);
  bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), extra.begin(), extra.end());
}

}  // namespace

TEST_CASE(
    "a scan header with the numbers of a progressive one, as some telephones write, is fine") {
  std::vector<std::byte> bytes = photo();
  const std::size_t scan = segment(bytes, 0xDA);
  const std::size_t length = std::to_integer<std::size_t>(bytes[scan + 3]);
  REQUIRE(bytes[scan + length] == std::byte{63});  // the last coefficient
  bytes[scan + length] = std::byte{0};
  CHECK(decode_jpeg(bytes, "x") == decode_jpeg(photo(), "x"));
}

TEST_CASE("bytes between the segments of the header touch no pixel") {
  for (const int before : {0xDB, 0xC0, 0xC4, 0xDA}) {
    CAPTURE(before);
    std::vector<std::byte> bytes = photo();
    insert(bytes, segment(bytes, before), "what is this, and where did it come from?");
    CHECK(decode_jpeg(bytes, "x") == decode_jpeg(photo(), "x"));
  }
}

TEST_CASE("a kind of JPEG that libjpeg cannot decode is not supported, and is not called damaged") {
  const auto problem_with = [](int marker) {
    std::vector<std::byte> bytes = photo();
    bytes[segment(bytes, 0xC0) + 1] = std::byte(marker);
    const auto error = failure(bytes);
    return error ? error->problem() : "none";
  };
  CHECK(problem_with(0xC3) == "lossless JPEG is not supported");
  CHECK(problem_with(0xC5) == "hierarchical JPEG is not supported");
  std::vector<std::byte> deep = photo();
  deep[segment(deep, 0xC0) + 4] = std::byte{12};
  const auto error = failure(deep);
  REQUIRE(error);
  CHECK(error->problem() == "JPEG with other than 8 bits a sample is not supported");
}

TEST_CASE("a JPEG is decoded at a half, a quarter and an eighth, rounded up") {
  const std::vector<std::byte> bytes = encode_jpeg(Image(33, 17), 90);
  for (const int reduction : {1, 2, 4, 8}) {
    const Image image = decode_jpeg(bytes, "x", {.reduction = reduction});
    CHECK(image.width == (33 + reduction - 1) / reduction);
    CHECK(image.height == (17 + reduction - 1) / reduction);
  }
}
