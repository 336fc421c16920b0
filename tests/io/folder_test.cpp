#include "vit/io/folder.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("the folder of a path is what stands before its last name") {
  CHECK(folder_of("a/b/c.txt") == "a/b");
  CHECK(folder_of("/c.txt") == "/");
  CHECK(folder_of("c.txt") == ".");
  CHECK(folder_of("") == ".");
  CHECK(folder_of("a/") == "a");
}

TEST_CASE("a folder can be synced, and one that cannot be opened is no error") {
  const ScratchFolder folder;
  CHECK_NOTHROW(sync_folder(folder.path()));
  CHECK_NOTHROW(sync_folder(folder / "missing"));
  put(folder / "file", "");
  CHECK_NOTHROW(sync_folder(folder / "file"));
}
