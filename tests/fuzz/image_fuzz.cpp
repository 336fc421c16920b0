// Whatever the bytes of a picture: it decodes, whole and in part, or it is an Error(data). A part
// of a picture that decodes is what the whole has there. PNG files are read with sound checksums,
// too. Run with fixtures/images/formats as further seeds.

#include <cstdint>
#include <functional>
#include <vector>

#include "tests/fuzz/checksums.h"
#include "tests/fuzz/memory_file.h"
#include "vit/core/error.h"
#include "vit/image/decode.h"
#include "vit/image/geometry.h"
#include "vit/image/header.h"

using vit::fuzz::require;

namespace {

/// False where it is refused.
bool attempt(const std::function<void()>& call) {
  try {
    call();
    return true;
  } catch (const vit::Error& error) {
    require(error.kind() == vit::ErrorKind::data);
    return false;
  }
}

void read(std::span<const std::byte> bytes) {
  vit::DecodeOptions options;
  options.max_pixels = 1 << 20;
  vit::ImageHeader header;
  if (!attempt([&] { header = vit::read_image_header(bytes, "picture"); })) {
    require(!attempt([&] { (void)vit::decode_image(bytes, "picture", options); }));
    return;
  }
  const int orientation = vit::exif_orientation(bytes, header.format);
  require(orientation >= 1 && orientation <= 8);
  if (header.width * header.height > options.max_pixels) return;
  const auto width = static_cast<int>(header.width), height = static_cast<int>(header.height);
  const vit::PixelBox box{width / 3, height / 3, (width + 1) / 2, (height + 1) / 2};
  vit::Image whole, part;
  const bool is_whole = attempt([&] { whole = vit::decode_image(bytes, "picture", options); });
  const bool is_part =
      attempt([&] { part = vit::decode_region(bytes, "picture", box, options).image; });
  if (is_whole) {
    require(whole.channels == 3 && whole.width == width && whole.height == height);
    require(is_part && part == vit::crop(whole, box.left, box.top, box.width, box.height));
    require(vit::decode_image(bytes, "picture", options) == whole);  // the same at each call
    options.apply_exif_orientation = true;
    require(vit::decode_image(bytes, "picture", options).pixels.size() == whole.pixels.size());
  }
  options.jpeg_reduction = 2;
  options.jpeg_fast = true;
  attempt([&] { (void)vit::decode_region(bytes, "picture", box, options); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(data, size);
  read(std::as_bytes(bytes));
  if (size > 8 && data[0] == 0x89) {
    const std::vector<std::uint8_t> png = vit::fuzz::with_png_checksums(bytes);
    read(std::as_bytes(std::span(png)));
  }
  return 0;
}
