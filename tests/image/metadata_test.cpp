#include "vit/image/metadata.h"

#include <zlib.h>

#include "tests/image/fixtures.h"
#include "vit/image/encode.h"

using namespace vit;
using namespace vit::test;
using namespace std::string_view_literals;
using namespace std::string_literals;

namespace {

/// A TIFF structure that holds an orientation and nothing else.
std::string oriented(char value) {
  return "MM\0*\0\0\0\x8\0\1\1\x12\0\3\0\0\0\1\0"s + value + "\0\0\0\0\0\0"s;
}

std::string xmp(const std::string& inside) {
  return "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">" + inside + "</x:xmpmeta>";
}

std::string big(std::size_t value, int bytes) {
  std::string text;
  for (int i = bytes; i-- > 0;) text += static_cast<char>(value >> 8 * i);
  return text;
}

/// A JPEG's start with these APP1 segments; its pixels do not matter here.
std::vector<std::byte> jpeg_with(const std::vector<std::string>& segments) {
  std::string file = "\xFF\xD8";
  for (const std::string& text : segments) file += "\xFF\xE1" + big(text.size() + 2, 2) + text;
  return to_bytes(file + "\xFF\xD9");
}

std::string png_chunk(const std::string& name, const std::string& payload) {
  const std::string checked = name + payload;
  const auto crc =
      crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size()));
  return big(payload.size(), 4) + checked + big(crc, 4);
}

std::vector<std::byte> png_with(const std::string& chunks) {
  return to_bytes("\x89PNG\r\n\x1A\n" + chunks + png_chunk("IEND", ""));
}

std::string packed(const std::string& text) {
  std::string bytes(compressBound(static_cast<uLong>(text.size())), '\0');
  uLongf size = static_cast<uLongf>(bytes.size());
  compress(reinterpret_cast<Bytef*>(bytes.data()), &size,
           reinterpret_cast<const Bytef*>(text.data()), static_cast<uLong>(text.size()));
  bytes.resize(size);
  return bytes;
}

const std::string kExif = "Exif\0\0"s, kXmp = "http://ns.adobe.com/xap/1.0/\0"s;
const std::string kWhere = "x";

}  // namespace

TEST_CASE("the orientation is EXIF's, and XMP's where EXIF has none") {
  const std::string sixth = kXmp + xmp("<rdf:Description tiff:Orientation=\"6\"/>");
  const std::string eighth = kXmp + xmp("<tiff:Orientation>8</tiff:Orientation>");
  const auto of = [](const std::vector<std::string>& segments) {
    return exif_orientation(jpeg_with(segments), ImageFormat::jpeg);
  };
  CHECK(of({kExif + oriented(3)}) == 3);
  CHECK(of({sixth}) == 6);
  CHECK(of({eighth}) == 8);
  CHECK(of({sixth, kExif + oriented(3)}) == 3);
  CHECK(of({kExif + oriented(1), sixth}) == 1);
  CHECK(of({kExif + "MM\0*"s, sixth}) == 6);  // EXIF that is cut off says nothing
  CHECK(of({kExif + oriented(9), sixth}) == 1);
  CHECK(of({kXmp + xmp("tiff:Orientation=\"x\"")}) == 1);
}

TEST_CASE("a PNG's EXIF is in a chunk of its own or in text, its XMP in text, packed or not") {
  const auto of = [](const std::string& chunks) {
    return exif_orientation(png_with(chunks), ImageFormat::png);
  };
  CHECK(of(png_chunk("eXIf", oriented(5))) == 5);
  std::string digits;
  for (const char letter : kExif + oriented(7)) {
    constexpr auto kDigits = "0123456789abcdef"sv;
    const auto value = static_cast<unsigned char>(letter);
    digits += {kDigits[value / 16], kDigits[value % 16]};
  }
  const std::string profile = "\nexif\n      34\n" + digits + "\n";
  CHECK(of(png_chunk("tEXt", "Raw profile type exif\0"s + profile)) == 7);
  CHECK(of(png_chunk("zTXt", "Raw profile type exif\0\0"s + packed(profile))) == 7);
  const std::string packet = xmp("tiff:Orientation=\"4\"");
  CHECK(of(png_chunk("iTXt", "XML:com.adobe.xmp\0\0\0\0\0"s + packet)) == 4);
  CHECK(of(png_chunk("iTXt", "XML:com.adobe.xmp\0\1\0\0\0"s + packed(packet))) == 4);
  CHECK(of(png_chunk("tEXt", "Comment\0"s + packet)) == 1);
}

TEST_CASE("a WebP's EXIF and XMP are chunks") {
  const auto of = [](const std::string& name, std::string payload) {
    std::string size;
    for (int i = 0; i < 4; ++i) size += static_cast<char>(payload.size() >> 8 * i);
    payload.resize(payload.size() + payload.size() % 2, '\0');
    std::string riff;
    for (int i = 0; i < 4; ++i) riff += static_cast<char>((12 + payload.size()) >> 8 * i);
    const auto file = to_bytes("RIFF" + riff + "WEBP" + name + size + payload);
    return exif_orientation(file, ImageFormat::webp);
  };
  CHECK(of("EXIF", oriented(2)) == 2);
  CHECK(of("EXIF", kExif + oriented(2)) == 2);
  CHECK(of("XMP ", xmp("tiff:Orientation=\"3\"")) == 3);
}

TEST_CASE("a TIFF's own orientation is not EXIF's: it is part of the format") {
  const auto file = to_bytes(oriented(6));
  CHECK(tiff_orientation(ByteView(file, kWhere)) == 6);
  CHECK(exif_orientation(file, ImageFormat::tiff) == 1);
  CHECK(tiff_orientation(ByteView(to_bytes(oriented(0)), kWhere)) == 1);
}
