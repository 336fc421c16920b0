#include "vit/io/zip_directory.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/io/zip_bytes.h"

using namespace vit;
using namespace vit::test;

namespace {

std::optional<Error> error_of_zip(const std::string& bytes) {
  const ScratchFolder folder;
  put(folder / "f.zip", bytes);
  return error_of([&] { (void)ZipDirectory::read(FileBytes::open(folder / "f.zip")); });
}

}  // namespace

TEST_CASE("entries are found by name, with the place of their data") {
  const ScratchFolder folder;
  const std::string bytes =
      zip_bytes({{"b", "second"}, {"a", "first"}, {"empty", ""}}, "a comment PK\x05\x06");
  put(folder / "f.zip", bytes);
  const FileBytes file = FileBytes::open(folder / "f.zip");
  CHECK(ZipDirectory::is_zip(file));
  const ZipDirectory zip = ZipDirectory::read(file);
  REQUIRE(zip.entries().size() == 3);
  CHECK(zip.entries()[0].name == "a");
  REQUIRE(zip.find("b") != nullptr);
  CHECK(bytes.substr(zip.find("b")->begin, zip.find("b")->bytes) == "second");
  CHECK(zip.find("b")->crc == crc_of("second"));
  CHECK(zip.find("c") == nullptr);
}

TEST_CASE("an archive that contradicts itself is an error that names the offset") {
  const std::string sound = zip_bytes({{"name", "data"}, {"other", "more"}});
  REQUIRE_FALSE(error_of_zip(sound));
  const auto changed = [&](std::size_t at, char c) {
    std::string bytes = sound;
    bytes.at(at) = c;
    return bytes;
  };
  const std::size_t directory = sound.find("PK\x01\x02"), end = sound.find("PK\x05\x06");
  for (const std::string& bad :
       {sound.substr(0, sound.size() - 1), sound + "x", changed(0, 'p'), changed(30, 'N'),
        changed(directory, 'p'), changed(directory + 20, 99), changed(directory + 42, 3),
        changed(end + 10, 1), changed(end + 10, 3), changed(end + 12, 1), changed(end + 16, 0),
        zip_bytes({{"a", "1"}, {"a", "2"}}), zip_bytes({{"a", "1", 0, 1}}),
        zip_bytes({{"a", "1", 12}}), zip_bytes({{"a", "1", 0, 0, 2}})}) {
    const auto error = error_of_zip(bad);
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::weights);
    CHECK(error->problem().find("at offset") != std::string::npos);
  }
}

TEST_CASE("entries that share their bytes are refused") {
  std::string bytes = zip_bytes({{"a", "0123456789"}, {"b", "0123456789"}});
  // The second entry's header is said to be the first's, under the first's name.
  const std::size_t second = bytes.find("PK\x01\x02", bytes.find("PK\x01\x02") + 1);
  bytes[second + 42] = 0;
  bytes[second + 46] = 'a';
  CHECK(error_of_zip(bytes));
}

TEST_CASE("sizes and offsets above 4 GiB are read from the zip64 records") {
  // One entry whose sizes stand in its zip64 field, and a zip64 end record.
  using test::pickle::number;
  const std::string local = "PK\x03\x04" + number<std::uint16_t>(45) + std::string(8, '\0') +
                            number(crc_of("data")) + std::string(8, '\xFF') +
                            number<std::uint16_t>(1) + number<std::uint16_t>(0) + "a";
  const std::string field = number<std::uint16_t>(1) + number<std::uint16_t>(16) +
                            number<std::uint64_t>(4) + number<std::uint64_t>(4);
  const std::string entry = "PK\x01\x02" + number<std::uint16_t>(45) + number<std::uint16_t>(45) +
                            std::string(8, '\0') + number(crc_of("data")) + std::string(8, '\xFF') +
                            number<std::uint16_t>(1) + number<std::uint16_t>(20) +
                            std::string(10, '\0') + number<std::uint32_t>(0) + "a" + field;
  const std::uint64_t begin = local.size() + 4;
  const std::string end64 = "PK\x06\x06" + number<std::uint64_t>(44) + std::string(12, '\0') +
                            number<std::uint64_t>(1) + number<std::uint64_t>(1) +
                            number<std::uint64_t>(entry.size()) + number(begin);
  const std::string locator = "PK\x06\x07" + number<std::uint32_t>(0) +
                              number<std::uint64_t>(begin + entry.size()) +
                              number<std::uint32_t>(1);
  const std::string end =
      "PK\x05\x06" + number<std::uint32_t>(0) + std::string(12, '\xFF') + number<std::uint16_t>(0);
  const ScratchFolder folder;
  put(folder / "f.zip", local + "data" + entry + end64 + locator + end);
  const ZipDirectory zip = ZipDirectory::read(FileBytes::open(folder / "f.zip"));
  REQUIRE(zip.find("a") != nullptr);
  CHECK(zip.find("a")->bytes == 4);
  CHECK(zip.find("a")->begin == local.size());
}
