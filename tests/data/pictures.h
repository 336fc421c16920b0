#pragma once

#include <filesystem>
#include <string>

#include "tests/io/scratch.h"
#include "vit/image/encode.h"

namespace vit::test {

/// A grey picture file (PNG), in a folder that is made.
inline void put_picture(const std::filesystem::path& path, std::uint8_t grey, int width = 4,
                        int height = 3) {
  std::filesystem::create_directories(path.parent_path());
  Image image(width, height, 3);
  for (auto& value : image.pixels) value = grey;
  write_png(image, path);
}

/// A JPEG file whose EXIF block says how it is to be turned; left half dark, right half bright.
inline void put_turned_picture(const std::filesystem::path& path, int orientation, int width,
                               int height) {
  std::filesystem::create_directories(path.parent_path());
  Image image(width, height, 3);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c) image.pixel(x, y)[c] = x < width / 2 ? 20 : 220;
  std::string jpeg;
  for (const std::byte byte : encode_jpeg(image)) jpeg += static_cast<char>(byte);
  std::string exif(
      "\xFF\xE1\0\x22"
      "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0",
      29);
  exif += static_cast<char>(orientation);
  exif += std::string(6, '\0');
  put(path, jpeg.substr(0, 2) + exif + jpeg.substr(2));
}

/// A text file, in a folder that is made.
inline void put_text(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  put(path, text);
}

}  // namespace vit::test
