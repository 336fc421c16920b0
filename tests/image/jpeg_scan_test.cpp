#include "vit/image/jpeg_scan.h"

#include "tests/image/fixtures.h"
#include "vit/image/decode_jpeg.h"
#include "vit/image/encode.h"

using namespace vit;
using namespace vit::test;
using namespace std::string_view_literals;

namespace {

const std::vector<std::byte>& picture() {
  static const std::vector<std::byte> bytes = encode_jpeg(noise(64, 48), 90);
  return bytes;
}

std::vector<std::byte> with(std::size_t at, std::string_view text) {
  std::vector<std::byte> bytes = picture();
  const auto extra = to_bytes(text);
  bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), extra.begin(), extra.end());
  return bytes;
}

bool fails_as_jpeg(const std::vector<std::byte>& bytes) {
  return error_of([&] { (void)decode_jpeg(bytes, "x.jpg"); }).has_value();
}

constexpr auto kText = "What do these words do in a picture?"sv;
constexpr auto kZeros = "\0\0\0\0\0\0\0\0\0\0\0\0"sv;

}  // namespace

TEST_CASE("bytes between a JPEG's last pixel and its end touch no pixel, whatever they are") {
  const Image plain = decode_jpeg(picture(), "x");
  const std::size_t end = picture().size() - 2;
  for (const auto text : {kZeros, kText}) CHECK(decode_jpeg(with(end, text), "x") == plain);
}

TEST_CASE("bytes inside a JPEG's compressed data are an error") {
  const std::size_t end = picture().size() - 2;
  for (std::size_t at = end / 2; at + 200 < end; at += 211) {
    if (picture()[at - 1] == std::byte{0xFF}) continue;  // that would make a marker of them
    CAPTURE(at);
    CHECK(fails_as_jpeg(with(at, kText)));
    CHECK(fails_as_jpeg(with(at, kZeros)));
  }
}

TEST_CASE("padding is recognised by where the compressed data ends") {
  const std::string where = "x";
  const std::size_t end = picture().size() - 2;
  const auto padded = with(end, kText);
  CHECK(is_padding(ByteView(padded, where), end + kText.size(), kText.size()));
  const auto broken = with(end / 2 + 100, kText);
  CHECK_FALSE(is_padding(ByteView(broken, where), end + kText.size(), kText.size()));
}
