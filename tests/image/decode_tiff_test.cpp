#include "vit/image/decode_tiff.h"

#include "tests/image/fixtures.h"
#include "vit/image/header.h"

using namespace vit;
using namespace vit::test;
using namespace std::string_view_literals;

namespace {

struct TiffField {
  std::uint32_t tag;
  std::vector<std::uint32_t> values;  // SHORTs
};

/// A TIFF of one row of pixels; `data` are its strips or tiles, uncompressed unless fields say
/// otherwise.
struct Tiff {
  bool big = false;
  std::uint32_t width = 1, height = 1;
  std::vector<TiffField> fields;
  std::vector<std::string> data;
  bool tiled = false;
};

std::string file_of(const Tiff& tiff) {
  std::string text(tiff.big ? "MM" : "II");
  const auto number = [&](std::uint32_t value, int count) {
    std::string bytes;
    for (int i = 0; i < count; ++i)
      bytes += static_cast<char>(value >> 8 * (tiff.big ? count - 1 - i : i));
    return bytes;
  };
  std::vector<TiffField> fields = tiff.fields;
  fields.push_back({256, {tiff.width}});
  fields.push_back({257, {tiff.height}});
  std::vector<std::uint32_t> offsets, sizes;
  std::string behind;  // the directory, which stands first
  const std::size_t entries = fields.size() + 2, start = 8 + 2 + 12 * entries + 4;
  for (const std::string& block : tiff.data) {
    offsets.push_back(static_cast<std::uint32_t>(start + behind.size()));
    sizes.push_back(static_cast<std::uint32_t>(block.size()));
    behind += block + std::string(block.size() % 2, '\0');
  }
  fields.push_back({tiff.tiled ? 324U : 273U, offsets});
  fields.push_back({tiff.tiled ? 325U : 279U, sizes});
  std::sort(fields.begin(), fields.end(),
            [](const TiffField& a, const TiffField& b) { return a.tag < b.tag; });
  text += number(42, 2) + number(8, 4) + number(static_cast<std::uint32_t>(entries), 2);
  for (const TiffField& field : fields) {
    constexpr std::uint32_t kShort = 3;
    text += number(field.tag, 2) + number(kShort, 2) +
            number(static_cast<std::uint32_t>(field.values.size()), 4);
    std::string values;
    for (const std::uint32_t value : field.values) values += number(value, 2);
    if (values.size() > 4) {
      text += number(static_cast<std::uint32_t>(start + behind.size()), 4);
      behind += values;
    } else {
      values.resize(4, '\0');
      text += values;
    }
  }
  return text + number(0, 4) + behind;
}

Image decoded(const Tiff& tiff) { return decode_tiff(to_bytes(file_of(tiff)), "x.tif"); }
Samples samples(const Tiff& tiff) { return decoded(tiff).pixels; }
std::string problem(const std::string& file) {
  const auto error = error_of([&] { (void)decode_tiff(to_bytes(file), "x.tif"); });
  if (!error) return "none";
  CHECK(error->kind() == ErrorKind::data);
  return error->problem();
}

std::vector<TiffField> grey_of(std::uint32_t bits, std::uint32_t photometric = 1) {
  return {{258, {bits}}, {262, {photometric}}};
}
std::vector<TiffField> rgb_of(std::uint32_t samples, std::uint32_t bits = 8,
                              std::vector<std::uint32_t> extra = {}, std::uint32_t planar = 1,
                              std::uint32_t photometric = 2) {
  std::vector<TiffField> fields = {{258, std::vector<std::uint32_t>(samples, bits)},
                                   {262, {photometric}},
                                   {277, {samples}},
                                   {284, {planar}}};
  if (!extra.empty()) fields.push_back({338, std::move(extra)});
  return fields;
}

}  // namespace

TEST_CASE("a TIFF's grey of 1 to 8 bits is scaled, either way round") {
  CHECK(samples({.width = 2, .fields = grey_of(1), .data = {"\x40"}}) ==
        Samples{0, 0, 0, 255, 255, 255});
  CHECK(samples({.width = 4, .fields = grey_of(2), .data = {"\x1B"}}) ==
        Samples{0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255});
  CHECK(samples({.width = 2, .fields = grey_of(4), .data = {"\x1F"}}) ==
        Samples{17, 17, 17, 255, 255, 255});
  CHECK(samples({.width = 2, .fields = grey_of(4, 0), .data = {"\x1F"}}) ==
        Samples{238, 238, 238, 0, 0, 0});
  CHECK(samples({.fields = grey_of(8, 0), .data = {"\x05"}}) == Samples{250, 250, 250});
}

TEST_CASE("a TIFF's grey of 12 and 16 bits is clipped at 255") {
  CHECK(samples({.width = 2, .fields = grey_of(12), .data = {{"\x00\x21\x00", 3}}}) ==
        Samples{2, 2, 2, 255, 255, 255});
  CHECK(samples({.width = 2, .fields = grey_of(16), .data = {{"\x07\x00\x00\x01", 4}}}) ==
        Samples{7, 7, 7, 255, 255, 255});
  CHECK(samples({.big = true, .width = 2, .fields = grey_of(16), .data = {{"\0\x07\x01\0", 4}}}) ==
        Samples{7, 7, 7, 255, 255, 255});
}

TEST_CASE("a TIFF's palette has 16 bits a colour, of which the high byte is kept") {
  std::vector<std::uint32_t> colours(48, 0);
  colours[1] = 200 << 8 | 77, colours[16 + 1] = 30 << 8, colours[32 + 1] = 90 << 8;
  CHECK(
      samples({.width = 2, .fields = {{258, {4}}, {262, {3}}, {320, colours}}, .data = {"\x10"}}) ==
      Samples{200, 30, 90, 0, 0, 0});
}

TEST_CASE("a TIFF's alpha is dropped where it stands apart, and divided out where it does not") {
  const std::string pixels("\xC8\x64\x32\x80\x0A\x14\x1E\x00", 8);
  for (const bool big : {false, true}) {
    for (const std::uint32_t kind : {0U, 2U, 999U}) {
      CAPTURE(kind);
      CHECK(samples({.big = big, .width = 2, .fields = rgb_of(4, 8, {kind}), .data = {pixels}}) ==
            Samples{200, 100, 50, 10, 20, 30});
    }
  }
  CHECK(samples({.width = 2, .fields = rgb_of(4), .data = {pixels}}) ==  // nothing said of it
        Samples{200, 100, 50, 10, 20, 30});
  // 200 * 255 / 128 is clipped; where alpha is 0 there is no colour.
  CHECK(samples({.width = 2, .fields = rgb_of(4, 8, {1}), .data = {pixels}}) ==
        Samples{255, 199, 99, 0, 0, 0});
}

TEST_CASE("of a TIFF's 16-bit colours the high byte is kept, also in planes of their own") {
  CHECK(samples({.fields = rgb_of(3, 16), .data = {"\x01\x0A\x02\x14\x03\x1E"}}) ==
        Samples{10, 20, 30});
  const Tiff planes{.width = 2,
                    .fields = rgb_of(3, 16, {}, 2),
                    .data = {"\x01\xF8\x02\x0A", "\x01\x6C\x02\x14", "\x01\xA3\x02\x1E"}};
  CHECK(samples(planes) == Samples{248, 108, 163, 10, 20, 30});
  const Tiff with_nothing{.fields = rgb_of(4, 8, {0}, 2), .data = {"\x01", "\x02", "\x03", "\x04"}};
  CHECK(samples(with_nothing) == Samples{1, 2, 3});
  // Of grey with alpha or with something else only the first plane is looked at.
  for (const std::uint32_t kind : {0U, 2U}) {
    const Tiff two{.width = 2, .fields = rgb_of(2, 8, {kind}, 2, 1), .data = {"\x01\x02", "zz"}};
    CHECK(samples(two) == Samples{1, 1, 1, 2, 2, 2});
  }
}

TEST_CASE("a TIFF's inks become light without a colour profile") {
  CHECK(samples({.fields = rgb_of(4, 8, {}, 1, 5), .data = {{"\x00\x80\xFF\x40", 4}}}) ==
        Samples{191, 95, 0});
}

TEST_CASE("a TIFF's tiles are put together and cut at the edges") {
  std::string left, right;
  for (int y = 0; y < 16; ++y) {
    left += std::string(16, static_cast<char>(y));
    right += std::string(16, static_cast<char>(100 + y));
  }
  std::vector<TiffField> fields = grey_of(8);
  fields.push_back({322, {16}});
  fields.push_back({323, {16}});
  const Image image =
      decoded({.width = 20, .height = 3, .fields = fields, .data = {left, right}, .tiled = true});
  REQUIRE((image.width == 20 && image.height == 3));
  CHECK(image.pixel(15, 2)[0] == 2);
  CHECK(image.pixel(16, 0)[0] == 100);
  CHECK(image.pixel(19, 2)[2] == 102);
}

TEST_CASE("a TIFF is turned as its orientation says, and its header gives the sides so") {
  std::vector<TiffField> fields = grey_of(8);
  fields.push_back({274, {6}});
  const std::string file = file_of({.width = 2, .fields = fields, .data = {"\x01\x02"}});
  const Image image = decode_tiff(to_bytes(file), "x");
  CHECK((image.width == 1 && image.height == 2));
  CHECK(image.pixels == Samples{1, 1, 1, 2, 2, 2});
  const ImageHeader header = read_image_header(to_bytes(file), "x");
  CHECK((header.width == 1 && header.height == 2));
}

TEST_CASE("what TIFF can hold and Pillow does not read is not supported, never damaged") {
  const auto refused = [](std::vector<TiffField> fields, const char* data = "\1\2\3\4\5\6\7\10") {
    const std::string text = problem(file_of({.fields = std::move(fields), .data = {data}}));
    CAPTURE(text);
    CHECK(text.find("is not supported") != std::string::npos);
    CHECK(text.find("damaged") == std::string::npos);
  };
  refused({{258, {32}}, {262, {1}}, {339, {3}}});                // floating point
  refused({{258, {16}}, {262, {1}}, {339, {2}}});                // signed
  refused({{258, {8, 8}}, {262, {1}}, {277, {2}}, {338, {1}}});  // grey times alpha
  refused(rgb_of(3, 8, {}, 1, 8));                               // CIE L*a*b*
  refused({{258, {8}}, {259, {6}}, {262, {1}}});                 // old-style JPEG
  refused({{258, {8}}, {259, {34712}}, {262, {1}}});             // JPEG 2000
}

TEST_CASE("a TIFF that is cut off anywhere is an error") {
  const std::string whole = file_of({.width = 7, .fields = grey_of(8), .data = {"abcdefg"}});
  // The last bytes are the strip and its padding.
  for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(problem(whole.substr(0, size)) != "none");
  }
}

TEST_CASE("a TIFF with strips that hold too little gives the same error at each call") {
  const std::string file = file_of(
      {.width = 40, .height = 40, .fields = rgb_of(3, 16, {}, 2), .data = {"ab", "cd", "ef"}});
  const std::string first = problem(file);
  CHECK(first.find("damaged TIFF: ") == 0);
  CHECK(problem(file) == first);
}

TEST_CASE("a TIFF whose size is read in two ways is an error: the limit of pixels would not hold") {
  std::string file = file_of({.fields = grey_of(8), .data = {"a"}});
  const std::size_t type = 8 + 2 + 2;  // of the first entry, the width
  REQUIRE(file[type] == 3);
  file[type] = 1;  // a byte, which libtiff takes
  CHECK(problem(file) == "the TIFF header contradicts itself about the picture's size");
}

TEST_CASE("tiles that are far larger than the picture take no memory") {
  std::vector<TiffField> fields = grey_of(8);
  fields.push_back({322, {65520}});
  fields.push_back({323, {65520}});
  const std::string text = problem(file_of({.fields = fields, .data = {"x"}, .tiled = true}));
  CHECK(text == "TIFF with tiles of 65520 x 65520 pixels is not supported");
}
