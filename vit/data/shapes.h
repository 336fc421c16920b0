#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "vit/core/fields.h"
#include "vit/data/dataset.h"
#include "vit/data/split.h"

namespace vit {

/// The embedded data set: coloured shapes on textured backgrounds, drawn from the seed when asked
/// for, so that it needs no download and no disk. The class of a picture is the kind of its largest
/// shape; place, size, angle, colour and background are random, so that single pixels tell nothing.
///
/// A single shape covers 45 to 85 % of the picture's side. Where more are asked for, the largest
/// covers 38 to 55 % and is the first of `boxes`; the others are at most three quarters as large
/// and hardly overlap. Boxes enclose whole shapes; labels are 0 to 9. In the mask 0 is background
/// and c + 1 a pixel that is at least half covered by a shape of class c; a shape's own mask is of
/// those pixels that no later shape covers. The caption names them
/// all: "a large red star with a small blue ring on a striped green background"; with `relations`
/// where the largest lies, by the centres of their boxes: "a large red star left of a small blue
/// ring and above a small grey cross on a striped green background".
struct ShapesOptions {
  std::int64_t image_size = 32;    ///< pixels, square
  std::int64_t num_train = 10000;  ///< pictures in the training split
  std::int64_t num_val = 2000;     ///< pictures in the validation split
  std::int64_t max_objects = 1;    ///< 1 to this many shapes in a picture
  double min_extent = 0.45;        ///< of a lone shape: its longer side by the picture's
  double max_extent = 0.85;
  double max_turn = 0.5;  ///< largest rotation either way, in whole turns; 0.5: any
  /// Share of the combinations of kind and colour that no training image shows.
  double hold_out = 0;
  /// Which combinations the class's shape has in validation: `all`, `seen` in training, `unseen`.
  std::string val_combinations = "all";
  bool relations = false;  ///< captions say where the others lie
  std::int64_t seed = 0;
  /// Whether boxes come with the masks of their shapes: what a task needs (give_object_masks), no
  /// key of its own.
  bool object_masks = false;
};
void describe(FieldVisitor& visitor, ShapesOptions& options);

/// The pictures of `split`; sample i is a pure function of (seed, split, i).
std::unique_ptr<Dataset> shapes(const ShapesOptions& options, Split split);

}  // namespace vit
