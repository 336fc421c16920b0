#include "vit/data/png_mask.h"

#include <optional>
#include <utility>

#include "vit/core/error.h"
#include "vit/image/decode.h"
#include "vit/image/decode_png.h"
#include "vit/image/header.h"

namespace vit {
namespace {

/// Of a picture whose channels are equal everywhere.
Image grey_channel(const Image& image, const std::string& where) {
  Image mask(image.width, image.height, 1);
  for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
    const std::uint8_t* pixel = image.pixels.data() + 3 * i;
    if (pixel[0] != pixel[1] || pixel[1] != pixel[2])
      throw Error(ErrorKind::data, where,
                  "expected a mask, with the class of each pixel; this is a picture in colours",
                  "save the mask as a PNG with a palette or in grey, its values being the classes");
    mask.pixels[i] = pixel[0];
  }
  return mask;
}

}  // namespace

Image decode_mask(std::span<const std::byte> bytes, const std::string& where) {
  const ImageHeader header = read_image_header(bytes, where);
  if (header.height > DecodeOptions().max_pixels / header.width) return decode_image(bytes, where);
  if (header.format == ImageFormat::png)
    if (std::optional<Image> mask = decode_png_values(bytes, where)) return *std::move(mask);
  return grey_channel(decode_image(bytes, where), where);
}

}  // namespace vit
