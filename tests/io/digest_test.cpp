#include "vit/io/digest.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;

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
