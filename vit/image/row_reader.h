#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vit/image/image.h"

namespace vit {

/// Rows of a picture for loops that read `reach` bytes from the start of each, even where the row
/// is shorter. What lies beyond is the next row, or zeros: the last rows are copied to where there
/// is room.
class RowReader {
 public:
  RowReader(const Image& image, std::size_t reach) : image_(image) {
    const std::size_t room = std::max(reach, image.row_bytes()) + 32;
    const auto tail_rows = static_cast<int>(room / image.row_bytes()) + 1;
    safe_end_ = std::max(image.height - tail_rows, 0);
    const auto first = static_cast<std::size_t>(safe_end_) * image.row_bytes();
    tail_.resize(image.pixels.size() - first + room);
    std::copy(image.pixels.begin() + static_cast<std::ptrdiff_t>(first), image.pixels.end(),
              tail_.begin());
  }
  [[nodiscard]] const std::uint8_t* operator()(int y) const {
    return y < safe_end_
               ? image_.row(y)
               : tail_.data() + static_cast<std::size_t>(y - safe_end_) * image_.row_bytes();
  }

 private:
  const Image& image_;
  int safe_end_;
  std::vector<std::uint8_t> tail_;
};

}  // namespace vit
