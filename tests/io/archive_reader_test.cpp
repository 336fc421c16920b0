#include "vit/io/archive_reader.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("the name of an entry becomes a path below the folder") {
  const auto path = [](const std::string& name) {
    return archive_entry_path(name, "a.tar").native();
  };
  CHECK(path("a/b.jpg") == "a/b.jpg");
  CHECK(path("./a//b/./c") == "a/b/c");
  CHECK(path("./").empty());
  CHECK(path("a/") == "a");
  CHECK(path("..a/b..") == "..a/b..");
  CHECK(path("...") == "...");
  CHECK(path("größe 1.jpg") == "größe 1.jpg");
}

TEST_CASE("a name that could lead elsewhere is refused") {
  for (const std::string name : {"", "/", "/a", "//a", "..", "../a", "a/../b", "a/..", "./../a",
                                 "a\nb", "a\x1b[2J", "\x7f"}) {
    INFO(name);
    const auto error = error_of([&] { (void)archive_entry_path(name, "a.tar"); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK(error->where() == "a.tar");
  }
}
