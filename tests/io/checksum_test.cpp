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

TEST_CASE("SHA-256 has the values of FIPS 180-4") {
  CHECK(sha256_of(bytes("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_of({}) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_of(bytes(std::string(1'000'000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("bytes in pieces, some of them empty, have the checksum of the whole") {
  Crc32 crc;
  Sha256 sha;
  for (const std::string_view piece : {"1234", "", "56789"}) {
    crc.update(bytes(piece));
    crc.update({});
    sha.update(bytes(piece));
    sha.update({});
  }
  CHECK(crc.value() == 0xCBF43926);
  CHECK(sha.hex() == sha256_of(bytes("123456789")));
}

TEST_CASE("asking for a checksum does not end it") {
  Sha256 sum;
  sum.update(bytes("a"));
  CHECK(sum.hex() == sha256_of(bytes("a")));
  sum.update(bytes("bc"));
  CHECK(sum.hex() == sha256_of(bytes("abc")));
}

TEST_CASE("a file has the checksum of its bytes") {
  const ScratchFolder folder;
  const std::string text(3'000'001, 'x');
  put(folder / "f", text);
  CHECK(sha256_of_file(folder / "f") == sha256_of(bytes(text)));
  CHECK(error_of([&] { (void)sha256_of_file(folder / "no"); }));
}
