#include "vit/image/decode.h"

#include <vector>

#include "vit/core/error.h"
#include "vit/image/decode_jpeg.h"
#include "vit/image/decode_opencv.h"
#include "vit/image/decode_pnm.h"
#include "vit/image/geometry.h"
#include "vit/image/header.h"
#include "vit/io/file.h"

namespace vit {

Image decode_image(std::span<const std::byte> bytes, const std::string& where,
                   const DecodeOptions& options) {
  const ImageHeader header = read_image_header(bytes, where);
  // Divided, not multiplied: a header may name 2^31 x 2^31 pixels.
  if (header.height > options.max_pixels / header.width) {
    throw Error(ErrorKind::data, where,
                str("the picture has ", header.width, " x ", header.height,
                    " pixels, more than the limit of ", options.max_pixels),
                "Scale it down beforehand, or take it out of the data set.");
  }
  Image image;
  switch (header.format) {
    case ImageFormat::jpeg: image = decode_jpeg(bytes, where, options.jpeg_reduction); break;
    case ImageFormat::pnm: image = decode_pnm(bytes, where); break;
    case ImageFormat::png:
    case ImageFormat::bmp:
    case ImageFormat::webp:
    case ImageFormat::tiff: image = decode_opencv(bytes, where, header); break;
  }
  if (!options.apply_exif_orientation) return image;
  return orient(image, exif_orientation(bytes, header.format));
}

Image load_image(const std::filesystem::path& path, const DecodeOptions& options) {
  const std::vector<std::byte> bytes = read_file(path);
  return decode_image(bytes, path.string(), options);
}

}  // namespace vit
