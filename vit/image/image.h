#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vit {

/// An 8-bit picture, rows from top to bottom, channels interleaved: pixels[(y * width + x) *
/// channels + c]. Three channels are R, G, B.
struct Image {
  int width = 0, height = 0, channels = 3;
  std::vector<std::uint8_t> pixels;

  Image() = default;
  /// A black picture.
  Image(int width_, int height_, int channels_ = 3)
      : width(width_),
        height(height_),
        channels(channels_),
        pixels(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_) *
               static_cast<std::size_t>(channels_)) {}

  [[nodiscard]] bool empty() const { return pixels.empty(); }
  [[nodiscard]] std::size_t row_bytes() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  }
  [[nodiscard]] std::uint8_t* row(int y) {
    return pixels.data() + static_cast<std::size_t>(y) * row_bytes();
  }
  [[nodiscard]] const std::uint8_t* row(int y) const {
    return pixels.data() + static_cast<std::size_t>(y) * row_bytes();
  }
  /// The first channel of a pixel inside the picture.
  [[nodiscard]] std::uint8_t* pixel(int x, int y) {
    return row(y) + static_cast<std::size_t>(x) * static_cast<std::size_t>(channels);
  }
  [[nodiscard]] const std::uint8_t* pixel(int x, int y) const {
    return row(y) + static_cast<std::size_t>(x) * static_cast<std::size_t>(channels);
  }

  friend bool operator==(const Image&, const Image&) = default;
};

/// A rectangle of whole pixels.
struct PixelBox {
  int left = 0, top = 0, width = 0, height = 0;
  friend bool operator==(const PixelBox&, const PixelBox&) = default;
};

/// A colour; a picture with one channel uses the first value.
using Colour = std::array<std::uint8_t, 4>;

}  // namespace vit
