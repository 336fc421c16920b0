#include "vit/io/gzip.h"

#include <zlib.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;
using namespace vit::test;

namespace {

std::string packed(const ScratchFolder& folder, const std::string& text) {
  const gzFile file = gzopen((folder / "packed").c_str(), "wb");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  return get(folder / "packed");
}

std::string unpacked(const ScratchFolder& folder, const std::string& bytes) {
  put(folder / "f", bytes);
  const FileBytes file = FileBytes::open(folder / "f");
  GzipReader reader(file);
  std::string text;
  std::vector<std::byte> piece(1000);
  while (const std::size_t count = reader.read(piece))
    text.append(reinterpret_cast<const char*>(piece.data()), count);
  CHECK(reader.packed_bytes() == bytes.size());
  return text;
}

}  // namespace

TEST_CASE("gzip files are known by their first two bytes") {
  const ScratchFolder folder;
  packed(folder, "text");
  CHECK(GzipReader::is_gzip(FileBytes::open(folder / "packed")));
  put(folder / "f", "\x1F");
  CHECK_FALSE(GzipReader::is_gzip(FileBytes::open(folder / "f")));
}

TEST_CASE("one member or several are unpacked as one text") {
  const ScratchFolder folder;
  const std::string text(1'000'000, 'x');
  CHECK(unpacked(folder, packed(folder, text)) == text);
  CHECK(unpacked(folder, packed(folder, "")).empty());
  CHECK(unpacked(folder, packed(folder, "ab") + packed(folder, "") + packed(folder, text)) ==
        "ab" + text);
}

TEST_CASE("a gzip file with any bit of its data flipped, or cut anywhere, gives no wrong text") {
  const ScratchFolder folder;
  const std::string text = "a text to be packed, packed, packed and unpacked";
  const std::string whole = packed(folder, text);
  for (std::size_t length = 1; length < whole.size(); ++length) {
    const auto error = error_of([&] { unpacked(folder, whole.substr(0, length)); });
    INFO("length " << length);
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
  }
  constexpr std::size_t kHeaderBytes = 10;  // time and system in it may be anything
  for (std::size_t bit = kHeaderBytes * 8; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    INFO("bit " << bit);
    std::string found;
    const bool refused = error_of([&] { found = unpacked(folder, flipped); }).has_value();
    CHECK((refused || found == text));  // the last bits before the checksum are padding
  }
}

TEST_CASE("bytes after the last member are refused") {
  const ScratchFolder folder;
  CHECK(error_of([&] { unpacked(folder, packed(folder, "text") + "more"); }));
}
