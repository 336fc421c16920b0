#include "vit/core/hex.h"

#include <vector>

#include "tests/catch.h"

TEST_CASE("Bytes are written as two lower-case digits each") {
  CHECK(vit::hex_byte(0) == "00");
  CHECK(vit::hex_byte(0xAF) == "af");
  const std::vector<unsigned char> bytes{0x00, 0x1B, 0xFF};
  CHECK(vit::hex_digits(std::span<const unsigned char>(bytes)) == "001bff");
  CHECK(vit::hex_digits(std::span<const unsigned char>()).empty());
}
