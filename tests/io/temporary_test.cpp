#include "vit/io/temporary.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/io/file_descriptor.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("a temporary stands beside its target and bears its writer's number") {
  CHECK(temporary_path("a/b.txt") == "a/b.txt.tmp." + std::to_string(::getpid()));
}

TEST_CASE("what a dead process has left of a target is removed, and nothing else") {
  const ScratchFolder folder;
  put(folder / "a.txt.tmp.4194305", "left over");
  std::filesystem::create_directory(folder / "a.txt.tmp.12");  // of a folder that was unpacked
  put(folder / "a.txt.tmp.12/inside", "");
  for (const char* kept : {"a.txt", "a.txt.tmp.", "a.txt.tmp.12x", "a.txt.tmp", "b.txt.tmp.12"})
    put(folder / kept, "");
  remove_stale_temporaries(folder / "a.txt");
  CHECK(folder.names() == std::vector<std::string>{"a.txt", "a.txt.tmp", "a.txt.tmp.",
                                                   "a.txt.tmp.12x", "b.txt.tmp.12"});
  remove_stale_temporaries_in(folder.path());
  CHECK(folder.names() ==
        std::vector<std::string>{"a.txt", "a.txt.tmp", "a.txt.tmp.", "a.txt.tmp.12x"});
}

TEST_CASE("one that is being written stays, whatever its number says") {
  const ScratchFolder folder;
  put(folder / "a.txt.tmp.4194305", "half");
  {
    const FileDescriptor writer(::open((folder / "a.txt.tmp.4194305").c_str(), O_RDWR));
    REQUIRE(lock_temporary(writer.get()));
    const FileDescriptor other(::open((folder / "a.txt.tmp.4194305").c_str(), O_RDWR));
    CHECK_FALSE(lock_temporary(other.get()));
    remove_stale_temporaries(folder / "a.txt");
    CHECK(folder.names().size() == 1);
  }
  remove_stale_temporaries(folder / "a.txt");
  CHECK(folder.names().empty());
}

TEST_CASE("a temporary that was removed under its writer cannot be locked") {
  const ScratchFolder folder;
  put(folder / "x", "");
  const FileDescriptor fd(::open((folder / "x").c_str(), O_RDWR));
  std::filesystem::remove(folder / "x");
  CHECK_FALSE(lock_temporary(fd.get()));
}

TEST_CASE("a link is never followed, and a folder that is not there is no error") {
  const ScratchFolder folder;
  put(folder / "precious", "keep");
  std::filesystem::create_symlink(folder / "precious", folder / "a.tmp.12");
  remove_stale_temporaries(folder / "a");
  CHECK(get(folder / "precious") == "keep");
  remove_stale_temporaries_in(folder / "missing");
}
