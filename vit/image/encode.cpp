#include "vit/image/encode.h"

#include <cstring>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "vit/core/error.h"
#include "vit/io/atomic_file.h"

namespace vit {
namespace {

std::vector<std::byte> encode(const Image& image, const char* extension,
                              const std::vector<int>& parameters) {
  const cv::Mat ours(image.height, image.width, CV_8UC(image.channels),
                     const_cast<std::uint8_t*>(image.pixels.data()));  // only read
  cv::Mat converted;  // its own memory: cvtColor writes into what it is given
  if (image.channels == 3) cv::cvtColor(ours, converted, cv::COLOR_RGB2BGR);
  if (image.channels == 4) cv::cvtColor(ours, converted, cv::COLOR_RGBA2BGRA);
  std::vector<std::uint8_t> encoded;
  const bool done =
      cv::imencode(extension, converted.empty() ? ours : converted, encoded, parameters);
  VIT_ASSERT(done, image.width, " x ", image.height, " x ", image.channels, " as ", extension);
  std::vector<std::byte> bytes(encoded.size());
  std::memcpy(bytes.data(), encoded.data(), encoded.size());
  return bytes;
}

}  // namespace

std::vector<std::byte> encode_png(const Image& image, int compression) {
  VIT_ASSERT(!image.empty() && image.channels != 2 && image.channels <= 4, image.channels);
  return encode(image, ".png", {cv::IMWRITE_PNG_COMPRESSION, compression});
}

std::vector<std::byte> encode_jpeg(const Image& image, int quality) {
  VIT_ASSERT(!image.empty() && (image.channels == 1 || image.channels == 3), image.channels);
  return encode(image, ".jpg", {cv::IMWRITE_JPEG_QUALITY, quality});
}

void write_png(const Image& image, const std::filesystem::path& path) {
  AtomicFile file(path);
  file.write(encode_png(image));
  file.commit();
}

}  // namespace vit
