#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vit/image/image.h"

/// COCO's masks, pixel for pixel as pycocotools draws them.
namespace vit {

/// Lengths of runs of 0 and 1 in turn, the first of 0, down the columns from left to right.
using RunLengths = std::vector<std::uint32_t>;

/// Runs of an outline (x0, y0, x1, y1, …) in pixels, by COCO's rule: the outline is drawn on a grid
/// five times finer, and a column's pixel centres between two crossings are inside.
/// Throws Error (data) at `where` for less than three corners, and corners further outside than the
/// picture is large.
[[nodiscard]] RunLengths polygon_runs(const std::vector<double>& xy, int height, int width,
                                      const std::string& where);

/// Reads the compressed text form: base 48, five bits a character, differences from the fourth run
/// on. Throws Error (data) at `where` where a number is malformed, negative or over 32 bits.
[[nodiscard]] RunLengths parse_runs(std::string_view text, const std::string& where);

/// The compressed text form of runs, letter for letter as pycocotools writes it.
[[nodiscard]] std::string runs_text(const RunLengths& runs);

/// Collects runs pixel by pixel.
class RunCollector {
 public:
  void add(bool inside, std::uint32_t pixels = 1) {
    if (pixels > 0 && inside != (runs_.size() % 2 == 0)) runs_.push_back(0);
    runs_.back() += pixels;
  }
  [[nodiscard]] RunLengths take() { return std::move(runs_); }

 private:
  RunLengths runs_{0};
};

/// Runs of the pixels of a one-channel picture that are not 0.
[[nodiscard]] RunLengths mask_runs(const Image& mask);

/// Paints the runs of 1 with `value` on a one-channel picture. Throws Error (data) at `where`
/// where the runs do not end with the last pixel.
void paint_runs(Image& mask, const RunLengths& runs, std::uint8_t value, const std::string& where);

/// Pixels of 1.
[[nodiscard]] std::uint64_t runs_area(const RunLengths& runs);

/// What is 1 in any of the masks, which are of one size; nothing of none.
[[nodiscard]] RunLengths join_runs(std::vector<RunLengths> masks);

/// The box around what is 1 on an image of this height, as pycocotools' toBbox has it: x, y, width,
/// height. Zeros where nothing is.
[[nodiscard]] std::array<double, 4> runs_box(const RunLengths& runs, int height);

}  // namespace vit
