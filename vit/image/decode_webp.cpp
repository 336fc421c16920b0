#include "vit/image/decode_webp.h"

#include <webp/decode.h>
#include <webp/demux.h>

#include <algorithm>
#include <cstdint>
#include <memory>

#include "vit/image/byte_view.h"

namespace vit {
namespace {

/// The first frame on its canvas, which is black where the frame does not reach.
bool decode_first_frame(const WebPData& file, Image& image) {
  const std::unique_ptr<WebPAnimDecoder, void (*)(WebPAnimDecoder*)> decoder(
      WebPAnimDecoderNew(&file, nullptr), WebPAnimDecoderDelete);
  WebPAnimInfo info;
  std::uint8_t* canvas = nullptr;  // RGBA; the decoder's own
  int timestamp = 0;
  if (!decoder || !WebPAnimDecoderGetInfo(decoder.get(), &info) ||
      static_cast<int>(info.canvas_width) != image.width ||
      static_cast<int>(info.canvas_height) != image.height ||
      !WebPAnimDecoderGetNext(decoder.get(), &canvas, &timestamp)) {
    return false;
  }
  for (std::size_t i = 0; i < image.pixels.size(); i += 3, canvas += 4)
    std::copy_n(canvas, 3, &image.pixels[i]);
  return true;
}

}  // namespace

Image decode_webp(std::span<const std::byte> bytes, const std::string& where,
                  const ImageHeader& header) {
  const ByteView file(bytes, where);
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(data, bytes.size(), &features) != VP8_STATUS_OK)
    file.fail("the WebP picture's data is damaged or cut off");
  if (features.width != header.width || features.height != header.height) {
    file.fail(str("the header promises ", header.width, " x ", header.height,
                  " pixels, the data holds ", features.width, " x ", features.height));
  }
  Image image(features.width, features.height);
  const bool decoded =
      features.has_animation != 0
          ? decode_first_frame({data, bytes.size()}, image)
          : WebPDecodeRGBInto(data, bytes.size(), image.pixels.data(), image.pixels.size(),
                              static_cast<int>(image.row_bytes())) != nullptr;
  if (!decoded) file.fail("the WebP picture's data is damaged or cut off");
  return image;
}

}  // namespace vit
