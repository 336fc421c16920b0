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

/// A text file, in a folder that is made.
inline void put_text(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  put(path, text);
}

}  // namespace vit::test
