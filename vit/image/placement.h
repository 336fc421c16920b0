#pragma once

#include <array>
#include <utility>

#include "vit/core/fields.h"
#include "vit/image/affine.h"
#include "vit/image/box.h"
#include "vit/image/resize.h"

namespace vit {

/// Says where an image's pixels come from: how a point of the image as it is stored in its file
/// (before EXIF turns it) is mapped to the input that was made of it. Coordinates are continuous,
/// with the edges of pixels at whole numbers, as in Box.
///
/// The functions that end in nothing but a verb (`crop`, `resize`, …) record one step more, which
/// is taken after all those before.
struct Placement {
  Size2 original{};  ///< of the image in its file, in pixels; 0 x 0: not known
  /// x' = a x + b y + c, y' = d x + e y + f, of the point (x, y) of the original.
  std::array<double, 6> to_input{1, 0, 0, 0, 1, 0};

  /// Where the point of the original lies in the input.
  [[nodiscard]] std::pair<double, double> input_point(double x, double y) const;
  /// Where the point of the input lies in the original. NaN where a step has left no area.
  [[nodiscard]] std::pair<double, double> original_point(double x, double y) const;
  /// The upright box around the corners of the original's box, moved to the input; not cut.
  [[nodiscard]] Box to_input_box(const Box& box) const;
  /// The upright box around the corners of the input's box, moved to the original, and cut to it
  /// where its size is known. What lies outside, or where a step has left no area, is a box
  /// without area.
  [[nodiscard]] Box to_original(const Box& box) const;

  /// The pixel at (left, top) becomes the first one.
  void crop(double left, double top);
  /// What lies in `from` fills width x height pixels.
  void resize(const SourceBox& from, double width, double height);
  /// Mirrors left and right an image of this width.
  void hflip(double width);
  /// Mirrors top and bottom an image of this height.
  void vflip(double height);
  /// Turns upright, as `orient` does, an image that was stored with width x height pixels.
  void orient(int exif_orientation, double width, double height);
  /// Resamples by a matrix that says where a pixel of the result comes from.
  void transform(const AffineMatrix& from);

  friend bool operator==(const Placement&, const Placement&) = default;
};

}  // namespace vit
