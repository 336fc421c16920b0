#include "vit/io/checksum.h"

#include <string_view>

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;
using namespace vit::test;

namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace

TEST_CASE("CRC-32 has its published check value") {
  CHECK(crc32_of(bytes("123456789")) == 0xCBF43926);
  CHECK(crc32_of({}) == 0);
  Crc32 sum;
  sum.update(bytes("123456789"));
  CHECK(sum.hex() == "cbf43926");
  CHECK(Crc32().hex() == "00000000");
}

TEST_CASE("bytes in pieces, some of them empty, have the checksum of the whole") {
  Crc32 crc;
  for (const std::string_view piece : {"1234", "", "56789"}) {
    crc.update(bytes(piece));
    crc.update({});
  }
  CHECK(crc.value() == 0xCBF43926);
}
