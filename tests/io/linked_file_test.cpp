#include "vit/io/linked_file.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

TEST_CASE("A second name for the same bytes, which survives a new file under the first") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "a", "first");
  vit::test::put(folder / "b", "old");
  vit::link_file_atomically(folder / "a", folder / "b");
  CHECK(vit::test::get(folder / "b") == "first");
  CHECK(std::filesystem::equivalent(folder / "a", folder / "b"));
  vit::link_file_atomically(folder / "a", folder / "b");  // again: nothing changes, nothing is left
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()),
                      std::filesystem::directory_iterator()) == 2);
  vit::test::put(folder / "c", "second");
  std::filesystem::rename(folder / "c", folder / "a");
  CHECK(vit::test::get(folder / "b") == "first");
}

TEST_CASE("A file that is not there is told") {
  const vit::test::ScratchFolder folder;
  const auto error =
      vit::test::error_of([&] { vit::link_file_atomically(folder / "no", folder / "b"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::resource);
}
