#include "vit/io/digest.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;

namespace {

std::span<const std::byte> digested_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace

TEST_CASE("Digests are those of sha256sum, md5sum and git hash-object") {
  const test::ScratchFolder folder;
  test::put(folder / "abc", "abc\n");
  CHECK(digest_of_file(folder / "abc", DigestKind::sha256) ==
        "edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb");
  CHECK(digest_of_file(folder / "abc", DigestKind::md5) == "0bee89b07a248e27c83fc3d5951213c1");
  CHECK(digest_of_file(folder / "abc", DigestKind::git_blob) ==
        "8baef1b4abc478178b004d62031cf7fe6db6f903");
}

TEST_CASE("Digests of a file that is empty, and of one of more than one piece") {
  const test::ScratchFolder folder;
  test::put(folder / "empty", "");
  test::put(folder / "long", std::string(3 << 20, 'a'));
  CHECK(digest_of_file(folder / "empty", DigestKind::git_blob) ==
        "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  CHECK(digest_of_file(folder / "empty", DigestKind::md5) == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(digest_of_file(folder / "long", DigestKind::sha256) ==
        "6f850bc94ae6f7de14297c01616c36d712d22864497b28a63b81d776b035e656");
}

TEST_CASE("A file that is not there is an error") {
  const auto error =
      test::error_of([] { (void)digest_of_file("/nowhere/at/all", DigestKind::md5); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::resource);
}

TEST_CASE("SHA-256 has the values of FIPS 180-4") {
  CHECK(digest_of(digested_bytes("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(digest_of({}) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(digest_of(digested_bytes(std::string(1'000'000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("bytes in pieces, some of them empty, have the digest of the whole") {
  DigestSum sha;
  for (const std::string_view piece : {"1234", "", "56789"}) {
    sha.update(digested_bytes(piece));
    sha.update({});
  }
  CHECK(sha.hex() == digest_of(digested_bytes("123456789")));
}

TEST_CASE("asking for a digest does not end it") {
  DigestSum sum;
  sum.update(digested_bytes("a"));
  CHECK(sum.hex() == digest_of(digested_bytes("a")));
  sum.update(digested_bytes("bc"));
  CHECK(sum.hex() == digest_of(digested_bytes("abc")));
}

TEST_CASE("a file has the digest of its bytes") {
  const test::ScratchFolder folder;
  const std::string text(3'000'001, 'x');
  test::put(folder / "f", text);
  CHECK(digest_of_file(folder / "f", DigestKind::sha256) == digest_of(digested_bytes(text)));
  CHECK(test::error_of([&] { (void)digest_of_file(folder / "no", DigestKind::sha256); }));
}
