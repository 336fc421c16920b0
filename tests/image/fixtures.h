#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/shared.h"
#include "vit/core/rng.h"
#include "vit/image/image.h"
#include "vit/io/file.h"
#include "vit/io/safetensors.h"

namespace vit::test {

/// Numbers of an image's pixels, channel by channel.
using Samples = std::vector<std::uint8_t>;

/// One folder of the shared picture fixtures; `present()` is false where this machine has none:
/// what needs it is skipped.
class ImageFixtures {
 public:
  explicit ImageFixtures(const std::string& name)
      : folder_(shared("fixtures/images/" + name).value_or("")) {}

  [[nodiscard]] bool present() const { return !folder_.empty(); }
  [[nodiscard]] nlohmann::json description() const {
    return nlohmann::json::parse(read_text_file(folder_ / "cases.json"));
  }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return folder_ / name;
  }
  [[nodiscard]] std::vector<std::byte> bytes(const std::string& tensor) const {
    const SafetensorsFile file = SafetensorsFile::open(folder_ / "io.safetensors");
    return file.read(file.at(tensor));
  }
  /// A tensor [H, W, C] or [H, W] of bytes.
  [[nodiscard]] Image image(const std::string& tensor) const {
    const SafetensorsFile file = SafetensorsFile::open(folder_ / "io.safetensors");
    const TensorInfo& info = file.at(tensor);
    const bool grey = info.shape.size() == 2;
    Image image(static_cast<int>(info.shape[1]), static_cast<int>(info.shape[0]),
                grey ? 1 : static_cast<int>(info.shape[2]));
    file.read(info, std::as_writable_bytes(std::span(image.pixels)));
    return image;
  }

 private:
  std::filesystem::path folder_;
};

/// The largest difference of two samples; 256 for pictures of different sizes.
inline int difference(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height || a.channels != b.channels) return 256;
  int most = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    most = std::max(most, std::abs(a.pixels[i] - b.pixels[i]));
  }
  return most;
}

/// A picture of noise, the same for the same size.
inline Image noise(int width, int height, int channels = 3) {
  Image image(width, height, channels);
  Rng rng(7, Stream::bench, static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height));
  for (auto& sample : image.pixels) sample = static_cast<std::uint8_t>(rng.u32());
  return image;
}

/// A picture of one channel from its samples, row by row.
inline Image grey(int width, int height, std::vector<std::uint8_t> samples) {
  Image image(width, height, 1);
  image.pixels = std::move(samples);
  return image;
}

inline std::vector<std::byte> to_bytes(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

}  // namespace vit::test
