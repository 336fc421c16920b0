#include "vit/data/tar_index.h"

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "tests/data/tar_files.h"

using namespace vit;

TEST_CASE("The index of a tar archive: long names in each format, offsets of the bytes") {
  const test::ScratchFolder folder;
  const std::string name = std::string(90, 'a') + "/" + std::string(120, 'b') + ".txt";
  test::put_text(folder / "in" / name, "long");
  test::put_text(folder / "in/short.txt", "short");
  std::filesystem::create_symlink("short.txt", folder / "in/link.txt");
  test::pack_tar(folder / "in", folder / "a.tar", GENERATE("gnu", "pax"));
  const auto members = tar_index(folder / "a.tar");
  REQUIRE(members.size() == 2);  // no folders, no links
  const std::string bytes = test::get(folder / "a.tar");
  CHECK(members[0].name == "./" + name);
  CHECK(bytes.substr(members[0].offset, members[0].size) == "long");
  CHECK(bytes.substr(members[1].offset, members[1].size) == "short");
}

TEST_CASE("A tar archive that is damaged or cut off is an error at its byte") {
  const test::ScratchFolder folder;
  test::put_text(folder / "in/a.txt", std::string(2000, 'a'));
  test::pack_tar(folder / "in", folder / "a.tar", "pax");
  const std::string whole = test::get(folder / "a.tar");
  const auto outcome = [&](const std::string& bytes) {
    test::put(folder / "b.tar", bytes);
    return test::error_of([&] { (void)tar_index(folder / "b.tar"); });
  };
  const std::size_t data = whole.find("aaaaaaaa");
  for (std::size_t size = 1; size < data + 2000; size += 37) {
    if (size % 512 == 0) continue;  // there, fewer files make a whole archive
    const auto error = outcome(whole.substr(0, size));
    INFO(size);
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
  }
  std::string flipped = whole;
  flipped[data - 512 + 3] = static_cast<char>(flipped[data - 512 + 3] ^ 1);
  const auto error = outcome(flipped);
  REQUIRE(error);
  CHECK_THAT(error->problem(), Catch::Contains("checksum is wrong (at byte"));
}
