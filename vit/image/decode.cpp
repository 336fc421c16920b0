#include "vit/image/decode.h"

#include <algorithm>
#include <vector>

#include "vit/core/error.h"
#include "vit/image/decode_bmp.h"
#include "vit/image/decode_jpeg.h"
#include "vit/image/decode_png.h"
#include "vit/image/decode_pnm.h"
#include "vit/image/decode_tiff.h"
#include "vit/image/decode_webp.h"
#include "vit/image/geometry.h"
#include "vit/image/header.h"
#include "vit/io/file.h"

namespace vit {

namespace {

ImageHeader bounded_header(std::span<const std::byte> bytes, const std::string& where,
                           const DecodeOptions& options) {
  const ImageHeader header = read_image_header(bytes, where);
  // Divided, not multiplied: a header may name 2^31 x 2^31 pixels.
  if (header.height > options.max_pixels / header.width) {
    throw Error(ErrorKind::data, where,
                str("the picture has ", header.width, " x ", header.height,
                    " pixels, more than the limit of ", options.max_pixels),
                "Scale it down beforehand, or take it out of the data set.");
  }
  return header;
}

JpegOptions jpeg_options(const DecodeOptions& options) {
  return {.reduction = options.jpeg_reduction, .fast = options.jpeg_fast};
}

}  // namespace

Image decode_image(std::span<const std::byte> bytes, const std::string& where,
                   const DecodeOptions& options) {
  const ImageHeader header = bounded_header(bytes, where, options);
  Image image;
  switch (header.format) {
    case ImageFormat::jpeg: image = decode_jpeg(bytes, where, jpeg_options(options)); break;
    case ImageFormat::pnm: image = decode_pnm(bytes, where); break;
    case ImageFormat::png: image = decode_png(bytes, where); break;
    case ImageFormat::bmp: image = decode_bmp(bytes, where); break;
    case ImageFormat::webp: image = decode_webp(bytes, where, header); break;
    case ImageFormat::tiff: image = decode_tiff(bytes, where); break;
  }
  if (!options.apply_exif_orientation) return image;
  return orient(image, exif_orientation(bytes, header.format));
}

DecodedRegion decode_region(std::span<const std::byte> bytes, const std::string& where,
                            const PixelBox& region, const DecodeOptions& options) {
  const ImageHeader header = bounded_header(bytes, where, options);
  const auto width = static_cast<int>(header.width), height = static_cast<int>(header.height);
  VIT_ASSERT(region.left >= 0 && region.top >= 0 && region.width > 0 && region.height > 0 &&
             region.width <= width - region.left && region.height <= height - region.top);
  if (header.format != ImageFormat::jpeg) {
    DecodeOptions as_stored = options;
    as_stored.apply_exif_orientation = false;
    const Image image = decode_image(bytes, where, as_stored);
    DecodedRegion result{crop(image, region.left, region.top, region.width, region.height), {}};
    result.box = whole_box(result.image.width, result.image.height);
    return result;
  }
  // In the pixels of the reduced picture, rounded outwards.
  const int reduction = options.jpeg_reduction;
  const auto up = [&](int at) { return (at + reduction - 1) / reduction; };
  const PixelBox window{region.left / reduction, region.top / reduction,
                        up(region.left + region.width) - region.left / reduction,
                        up(region.top + region.height) - region.top / reduction};
  DecodedRegion result{decode_jpeg(bytes, where, jpeg_options(options), window), {}};
  const auto edge = [&](int at, int first, int limit) {
    const float exact = static_cast<float>(at) / static_cast<float>(reduction);
    return std::min(exact - static_cast<float>(first), static_cast<float>(limit));
  };
  result.box = {edge(region.left, window.left, window.width),
                edge(region.top, window.top, window.height),
                edge(region.left + region.width, window.left, window.width),
                edge(region.top + region.height, window.top, window.height)};
  return result;
}

Image load_image(const std::filesystem::path& path, const DecodeOptions& options) {
  const std::vector<std::byte> bytes = read_file(path);
  return decode_image(bytes, path.string(), options);
}

}  // namespace vit
