#include "vit/image/container.h"

#include <map>

#include "tests/image/fixtures.h"
#include "vit/image/encode.h"

using namespace vit;
using namespace vit::test;
using namespace std::string_view_literals;

namespace {
const std::string kWhere = "x";
}

TEST_CASE("PNG chunks are visited in order, up to the end") {
  const auto file = encode_png(noise(3, 3));
  std::vector<std::string> names;
  walk_png(ByteView(file, kWhere), [&](const Chunk& chunk) {
    names.emplace_back(chunk.name);
    return true;
  });
  CHECK(names.front() == "IHDR");
  CHECK(names.back() == "IEND");
}

TEST_CASE("a PNG chunk that fails its checksum is an error") {
  auto file = encode_png(noise(3, 3));
  file[17] ^= std::byte{1};
  CHECK(error_of([&] { walk_png(ByteView(file, kWhere), [](const Chunk&) { return true; }); }));
}

TEST_CASE("JPEG segments are visited up to the first scan, over fill bytes") {
  const auto file = to_bytes("\xFF\xD8\xFF\xFF\xFE\0\4hi\xFF\xC0\0\3x\xFF\xDA\0\2"sv);
  std::map<int, std::size_t> sizes;
  walk_jpeg(ByteView(file, kWhere), [&](std::uint8_t marker, const ByteView& payload) {
    sizes[marker] = payload.size();
    return true;
  });
  CHECK(sizes == std::map<int, std::size_t>{{0xFE, 2}, {0xC0, 1}});
}

TEST_CASE("a TIFF tag is found in either byte order; elsewhere there is none") {
  const auto big = to_bytes("MM\0*\0\0\0\x8\0\1\1\x12\0\3\0\0\0\1\0\6\0\0"sv);
  const auto little = to_bytes("II*\0\x8\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0"sv);
  CHECK(tiff_tag(ByteView(big, kWhere), 0x112) == 6U);
  CHECK(tiff_tag(ByteView(little, kWhere), 0x112) == 6U);
  CHECK_FALSE(tiff_tag(ByteView(little, kWhere), 0x113));
  CHECK_FALSE(tiff_tag(ByteView(to_bytes("nothing"), kWhere), 0x112));
}
