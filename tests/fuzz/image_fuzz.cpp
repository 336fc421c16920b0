// Whatever the bytes of a picture: it decodes, whole and in part, or it is an Error(data). A part
// that decodes is what the whole picture has there. Run with fixtures/images/formats as the corpus.

#include <cstdint>
#include <cstdlib>

#include "vit/core/error.h"
#include "vit/image/decode.h"
#include "vit/image/geometry.h"
#include "vit/image/header.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(reinterpret_cast<const std::byte*>(data), size);
  vit::DecodeOptions options;
  options.max_pixels = 1 << 20;
  try {
    const vit::Image whole = vit::decode_image(bytes, "picture", options);
    require(whole.channels == 3 && !whole.empty());
    const vit::ImageHeader header = vit::read_image_header(bytes, "picture");
    require(header.width == whole.width && header.height == whole.height);
    const vit::PixelBox box{whole.width / 3, whole.height / 3, (whole.width + 1) / 2,
                            (whole.height + 1) / 2};
    const vit::DecodedRegion part = vit::decode_region(bytes, "picture", box, options);
    require(part.image == vit::crop(whole, box.left, box.top, box.width, box.height));
    require(vit::decode_image(bytes, "picture", options) == whole);  // the same at each call
    options.apply_exif_orientation = true;
    require(vit::decode_image(bytes, "picture", options).pixels.size() == whole.pixels.size());
    options.jpeg_reduction = 2;
    options.jpeg_fast = true;
    (void)vit::decode_region(bytes, "picture", box, options);
  } catch (const vit::Error& error) {
    require(error.kind() == vit::ErrorKind::data);
  }
  return 0;
}
